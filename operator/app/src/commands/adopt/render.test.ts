import type { ProposedComponent } from '@portolan/controllers/adopt';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { plain, renderManifests, renderNames } from './render.ts';

function component(
  name: string,
  owner: string | undefined,
  images: readonly string[] = ['r/app:1'],
): ProposedComponent {
  return {
    manifest: {
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Component',
      metadata: { name, namespace: 'shop' },
      spec: { type: 'service', lifecycle: 'production', ...(owner !== undefined && { owner }) },
    },
    workloads: [{ kind: 'Deployment', name, images }],
  };
}

const documentsOf = (text: string): unknown[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((each) => each !== null);

describe('the manifests', () => {
  it('are one YAML stream that says where each comes from', () => {
    expect(renderManifests({ components: [component('web', 'group:org/team')] })).toMatchInlineSnapshot(`
      "---
      # Deployment web (r/app:1)
      apiVersion: portolan.dev/v1alpha1
      kind: Component
      metadata:
        name: web
        namespace: shop
      spec:
        type: service
        lifecycle: production
        owner: group:org/team
      "
    `);
  });

  it.each(['on', 'no', 'y', 'off', '1e3', '0x1f', '1234'])(
    'keep the name %s a text also for kubectl, which reads YAML 1.1',
    (name) => {
      const [manifest] = parseAllDocuments(renderManifests({ components: [component(name, name)] }), {
        version: '1.1',
      }).map((document) => document.toJS() as unknown);
      expect(manifest).toMatchObject({ metadata: { name }, spec: { owner: name } });
    },
  );

  it('without an owner are comments, which become the manifest when they are uncommented', () => {
    const text = renderManifests({
      components: [component('a', 'team'), component('b', undefined), component('c', 'team')],
    });
    expect(documentsOf(text)).toEqual([
      expect.objectContaining({ metadata: { name: 'a', namespace: 'shop' } }),
      expect.objectContaining({ metadata: { name: 'c', namespace: 'shop' } }),
    ]);
    const uncommented = text.replaceAll(/^# (?!No owner|Deployment)/gm, '').replace('owner: ""', 'owner: group:org/x');
    expect(documentsOf(uncommented)[1]).toEqual({
      apiVersion: 'portolan.dev/v1alpha1',
      kind: 'Component',
      metadata: { name: 'b', namespace: 'shop' },
      spec: { type: 'service', lifecycle: 'production', owner: 'group:org/x' },
    });
  });

  it('hold an image that tries to leave its comment', () => {
    const text = renderManifests({ components: [component('web', 'team', ['x\nkind: Secret\n---\n'])] });
    expect(documentsOf(text)).toEqual([expect.objectContaining({ kind: 'Component' })]);
  });

  it('are one line each as names', () => {
    expect(renderNames({ components: [component('a', 'team'), component('b', undefined)] })).toBe(
      'shop/a\tteam\tDeployment/a\nshop/b\t<no owner>\tDeployment/b\n',
    );
  });
});

it('text of the cluster moves no cursor', () => {
  expect(plain('a\u001B[31mb\r\nc')).toBe('a?[31mb?c');
});
