import { createNamespaceMapping, type EntityResource } from '@portolan/crds';
import { describe, expect, test } from 'vitest';
import { resourceOf } from '../testing/resources.ts';
import { projectEntity } from './projection.ts';

const namespaces = createNamespaceMapping({});
const entityOf = (resource: EntityResource) => projectEntity(resource, namespaces).entity;

describe("an entity in Backstage's shape", () => {
  test('holds in metadata what the custom resource holds in spec', () => {
    const resource = resourceOf({
      name: 'legacy-tool',
      uid: 'u1',
      version: 7,
      labels: { tier: 'gold' },
      annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      spec: {
        entityName: 'Legacy_Tool',
        title: 'Legacy',
        description: 'Old',
        tags: ['go'],
        links: [{ url: 'https://ex.am', title: 'Home' }],
        type: 'service',
        dependsOn: ['resource:b', 'resource:a'],
        extensions: { custom: { deep: true } },
        metadataExtensions: { 'example.com/x': 1 },
      },
      status: { conditions: [] },
    });
    expect(entityOf(resource)).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        namespace: 'default',
        name: 'Legacy_Tool',
        uid: 'u1',
        etag: 'u1-7',
        title: 'Legacy',
        description: 'Old',
        labels: { tier: 'gold' },
        annotations: { note: 'n' },
        tags: ['go'],
        links: [{ url: 'https://ex.am', title: 'Home' }],
        'example.com/x': 1,
      },
      spec: { type: 'service', dependsOn: ['resource:a', 'resource:b'], custom: { deep: true } },
      status: { portolan: { conditions: [] } },
    });
  });

  test('lets declared fields win over free-form ones, and takes no free-form key of a declared field', () => {
    const spec = JSON.parse(
      `{"type": "service",
        "extensions": {"type": "x", "lifecycle": "y", "__proto__": {"a": 1}},
        "metadataExtensions": {"uid": "stolen", "name": "z", "annotations": {"a": "b"}, "__proto__": {"a": 1}}}`,
    ) as object;
    const entity = entityOf(resourceOf({ name: 'web', uid: 'u1', spec }));
    expect(entity.spec).toEqual({ type: 'service' });
    expect(entity.metadata).toEqual({ namespace: 'default', name: 'web', uid: 'u1', etag: 'u1-1' });
    expect(Object.getPrototypeOf(entity.metadata)).toBe(Object.prototype);
  });

  test('has another etag after every change', () => {
    const etags = [1, 2].map((version) => entityOf(resourceOf({ name: 'web', version })).metadata.etag);
    expect(new Set(etags).size).toBe(2);
  });

  test('declares a relation once that it names twice', () => {
    const resource = resourceOf({ name: 'web', spec: { dependsOn: ['resource:a', 'Resource:default/A'] } });
    expect(projectEntity(resource, namespaces).declarations).toEqual([
      { relation: 'dependsOn', reverse: 'dependencyOf', target: 'resource:default/a' },
    ]);
  });
});
