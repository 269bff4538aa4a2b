import { describe, expect, test } from 'vitest';
import { builtInKinds, kindNamed, readableKinds } from './kinds.ts';

function configured(kind: string, plural: string, group: string) {
  return { group, version: 'v1alpha1', plural, kind, namespaced: true };
}

describe('readableKinds', () => {
  test('adds what is configured, as custom resources, and never Secrets', () => {
    const kinds = readableKinds([
      configured('Rollout', 'rollouts', 'argoproj.io'),
      configured('Secret', 'secrets', ''),
      configured('Deployment', 'deployments', 'apps'),
    ]);
    expect(kinds.slice(builtInKinds.length)).toEqual([
      { ...configured('Rollout', 'rollouts', 'argoproj.io'), type: 'customresources' },
    ]);
    expect(kinds.some(({ plural }) => plural === 'secrets' || plural === 'configmaps')).toBe(false);
  });
});

describe('kindNamed', () => {
  test('finds the one kind of a name', () => {
    expect(kindNamed(readableKinds(), 'Deployment')).toMatchObject({ group: 'apps', plural: 'deployments' });
    expect(kindNamed(readableKinds(), 'Secret')).toBeUndefined();
  });

  test("finds none where two have the name: an object of the other may be somebody else's", () => {
    const kinds = readableKinds([configured('Deployment', 'deployments', 'example.com')]);
    expect(kindNamed(kinds, 'Deployment')).toBeUndefined();
  });
});
