import type { RuntimeNode, RuntimeTree } from '@portolan/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testCompany } from '../testing/company.ts';
import { minutesAgo, now } from '../testing/resources.ts';
import { gatewayTree } from '../testing/runtime-trees.ts';
import { catalogOf } from '../testing/ui-server.ts';
import { runtimePageView, type RuntimeAnswer, type RuntimeNodeView } from './runtime.ts';

const catalog = catalogOf(testCompany());
const idOf = (ref: string) => {
  const id = catalog.byRef(ref);
  if (id === undefined) throw new TypeError(`no ${ref}`);
  return id;
};
const gateway = idOf('component:payments/payment-gateway');
const view = (answer: RuntimeAnswer, id = gateway) => runtimePageView(catalog, id, answer, now);
const all = (nodes: readonly RuntimeNodeView[]): RuntimeNodeView[] =>
  nodes.flatMap((node) => [node, ...all(node.children)]);

function node(input: Partial<RuntimeNode>): RuntimeNode {
  const empty = { message: '', images: [], evidence: [], children: [] };
  return { kind: 'Pod', namespace: 'payments', name: 'a', verdict: 'Healthy', reason: 'Ready', ...empty, ...input };
}
const tree = (...roots: RuntimeNode[]): RuntimeTree => ({ roots, errors: [], fetchedAt: minutesAgo(2) });

describe('the runtime page', () => {
  it('leads from the workload to the container, with what to do', () => {
    const { roots, fetched } = view({ tree: gatewayTree });
    expect(fetched?.words).toBe('just now');
    const [deployment] = roots;
    expect(deployment).toMatchObject({ kind: 'Deployment', ready: '1/4', link: 'Annotation on the entity' });
    const pod = deployment?.children[0]?.children[0];
    expect(pod).toMatchObject({ kind: 'Pod', restarts: 7, created: { words: '16 min ago' }, badge: { tone: 'bad' } });
    expect(pod?.nextStep?.command).toContain('kubectl logs');
    expect(pod?.containers.map(({ name, tone, detail }) => [name, tone, detail])).toEqual([
      ['migrate', 'paused', 'Completed, exit code 0'],
      ['proxy', 'good', undefined],
      ['gateway', 'bad', 'CrashLoopBackOff, exit code 1'],
    ]);
  });

  it('unfolds the top and what is in trouble, of the same trouble only the first', () => {
    const open = all(view({ tree: gatewayTree }).roots).filter((each) => each.open);
    expect(open.map(({ name }) => name)).toEqual([
      'payment-gateway',
      'payment-gateway-6b7f9c6d4',
      'payment-gateway-6b7f9c6d4-x2klp',
      'payment-gateway-settlement',
    ]);
  });

  it('says what to do once, at the cause', () => {
    const nextStep = { text: 'Raise the limit.', command: 'kubectl describe pod a' };
    const bad = { verdict: 'Degraded', reason: 'OOMKilled', nextStep } as const;
    const chain = node({ ...bad, children: [node({ ...bad, children: [node(bad)] })] });
    const steps = all(view({ tree: tree(chain) }).roots).map((each) => each.nextStep?.text);
    expect(steps).toEqual([undefined, undefined, 'Raise the limit.']);
  });

  it('keeps what supports apart from what runs', () => {
    const { roots, supporting } = view({ tree: gatewayTree });
    expect(supporting.map(({ kind }) => kind)).toEqual(['Service']);
    expect(roots.map(({ kind }) => kind)).toEqual(['Deployment', 'CronJob']);
  });

  it('names what could not be read, and how that is cured', () => {
    expect(view({ tree: gatewayTree }).errors).toEqual([
      {
        resource: 'endpointslices.discovery.k8s.io',
        reason: 'Forbidden',
        explanation: 'Portolan may not read them. Grant get and list to its service account.',
      },
    ]);
    const errors = [{ resource: 'pods', reason: 'Failed' as const }];
    expect(view({ tree: { ...tree(), errors } }).errors[0]?.explanation).toBeUndefined();
  });

  it.each(['NotServed', 'Timeout', 'Failed'] as const)(
    'shows what the operator wrote when there is no tree: %s',
    (absent) => {
      const page = view({ absent });
      expect(page.absent).toMatch(/\.$/);
      expect(page.workloads?.rows.map(({ name }) => name)).toEqual(['payment-gateway', 'payment-gateway-settlement']);
      expect(page.fetched).toBeUndefined();
    },
  );

  it('shows what the operator wrote beside an empty tree, and nothing when it wrote nothing', () => {
    expect(view({ tree: tree() }).workloads?.total).toBe(2);
    expect(view({ tree: tree() }, idOf('resource:commerce/catalog-db')).workloads).toBeUndefined();
  });

  it('never shows as good what is not known to be', () => {
    const states = ['Running', 'Waiting', 'Terminated', 'Unknown'] as const;
    const verdict = fc.constantFrom('Healthy', 'Degraded', 'Unknown', 'Superb') as fc.Arbitrary<'Healthy'>;
    const container = fc.record({ state: fc.constantFrom(...states), ready: fc.boolean() });
    fc.assert(
      fc.property(verdict, container, (each, { state, ready }) => {
        const containers = [{ name: 'c', image: 'i', restarts: 0, state, ready }];
        const [shown] = view({ tree: tree(node({ verdict: each, containers })) }).roots;
        expect(shown?.badge.tone === 'good').toBe(each === 'Healthy');
        expect(shown?.containers[0]?.tone === 'good').toBe(state === 'Running' && ready);
      }),
    );
  });

  it('has a key of its own for every object, whatever they are called', () => {
    const same = node({ children: [node({}), node({})] });
    const keys = all(view({ tree: tree(same, same) }).roots).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has no fold where there is nothing to unfold', () => {
    const { supporting } = view({ tree: gatewayTree });
    expect(supporting[0]?.hasBody).toBe(false);
    expect(all(view({ tree: gatewayTree }).roots).every(({ hasBody }) => hasBody)).toBe(true);
  });
});
