import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawObject } from './cluster-reader.ts';
import { redacted, withoutSecrets } from './redact.ts';

const secret = 'hunter2-8f41';

/** The places where people put secrets, as fields of an object at any depth. */
const places: readonly [name: string, field: object][] = [
  ['the value of a variable', { env: [{ name: 'PASSWORD', value: secret }] }],
  ['an argument', { args: ['--fine', `--token=${secret}`] }],
  ['a command', { command: ['sh', '-c', `curl -u ${secret}`] }],
  ['a command of a custom resource', { command: `run ${secret}` }],
  ['a header of a probe', { httpGet: { httpHeaders: [{ name: 'Authorization', value: secret }] } }],
  ['a probe that runs something', { livenessProbe: { exec: { command: ['check', secret] } } }],
  ['the last words of a container', { state: { terminated: { exitCode: 1, message: `panic: ${secret}` } } }],
  ['the words before', { lastState: { terminated: { exitCode: 1, message: secret } } }],
  ['what was last applied', { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': secret } }],
  ['a copy of the object by kapp', { annotations: { 'kapp.k14s.io/original': secret } }],
  ['a copy of the object by kopf', { annotations: { 'kopf.zalando.org/last-handled-configuration': secret } }],
  ['variables by name', { env: { PASSWORD: secret } }],
  [
    'what a hook was and printed, which the kubelet quotes',
    { state: { waiting: { reason: 'PostStartHookError', message: `Exec lifecycle hook ([sh ${secret}]) failed` } } },
  ],
  ['managed fields', { managedFields: [{ manager: secret }] }],
];

const object = (spec: unknown): RawObject => ({ kind: 'Pod', metadata: { name: 'web' }, spec });

describe('withoutSecrets', () => {
  test.each(places)('takes out %s, at any depth', (_name, field) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('template', 'spec', 'containers', 'env', 'args'), fc.string()), {
          maxLength: 6,
        }),
        fc.boolean(),
        fc.object({ maxDepth: 2 }),
        (path, inList, others) => {
          let nested: unknown = { ...others, ...field };
          for (const key of path) nested = inList ? { [key]: [nested] } : { [key]: nested };
          const answer = JSON.stringify(withoutSecrets(object(nested)));
          expect(answer).not.toContain(secret);
        },
      ),
    );
  });

  test('keeps everything else, and does not change what it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const given = object({ value });
        const before = JSON.stringify(given);
        const answer = withoutSecrets(given);
        expect(JSON.stringify(given)).toBe(before);
        expect(answer).toEqual(given);
      }),
    );
  });

  test('keeps names, references and the words of the kubelet', () => {
    const container = {
      name: 'main',
      env: [
        { name: 'A', value: 'x' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'b' } } },
      ],
    };
    const status = {
      containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } }],
    };
    expect(withoutSecrets({ ...object({ containers: [container] }), status })).toEqual({
      ...object({
        containers: [
          {
            name: 'main',
            env: [
              { name: 'A', value: redacted },
              { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'b' } } },
            ],
          },
        ],
      }),
      status,
    });
  });

  test('keeps a label called __proto__ a label', () => {
    const given = JSON.parse('{"kind":"Pod","metadata":{"name":"a","labels":{"__proto__":"x"}}}') as RawObject;
    expect(JSON.stringify(withoutSecrets(given))).toBe(JSON.stringify(given));
  });
});
