import { describe, expect, it } from 'vitest';
import { apiVersion } from './kinds.ts';
import { admissionFaults, type Manifest } from './admission.ts';
import { specTransitionRules } from './rules.ts';

const valid = { type: 'service', lifecycle: 'production', owner: 'team-a' };

function component(spec: unknown, name = 'shop'): Manifest {
  return { apiVersion, kind: 'Component', metadata: { name }, spec };
}

describe('the judgement of an object', () => {
  it('finds nothing wrong with the least that a component needs', () => {
    expect(admissionFaults(component(valid))).toEqual([]);
  });

  it.each([
    [{ ...valid, owner: 'a/b/c' }, 'spec.owner', '[kind:][namespace/]name'],
    [{ ...valid, dependsOn: ['resource:a', 'b'] }, 'spec.dependsOn[1]', 'names its kind'],
    [{ ...valid, tags: ['a', 'a'] }, 'spec.tags', 'twice'],
    [{ ...valid, title: '🚀'.repeat(201) }, 'spec.title', 'at most 200 characters'],
    [{ ...valid, workloads: [{ kind: 'pods', name: 'x' }] }, 'spec.workloads[0].kind', 'such as Deployment'],
    [
      { ...valid, workloads: [{ kind: 'Rollout', group: 'Argo', name: 'x' }] },
      'spec.workloads[0].group',
      'name of an API group',
    ],
    [{ ...valid, entityName: 'Web.Shop' }, 'spec.entityName', 'metadata.name must be spec.entityName in lower case'],
  ])('names the field and the fix: %#', (spec, path, words) => {
    const faults = admissionFaults(component(spec));
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.message).toContain(words);
  });

  it('counts characters as the API server does, not the halves of emoji', () => {
    expect(admissionFaults(component({ ...valid, title: '🚀'.repeat(200) }))).toEqual([]);
  });

  it('takes a null for an absent field, as the API server does', () => {
    expect(admissionFaults(component({ ...valid, title: null }))).toEqual([]);
    expect(admissionFaults(component({ ...valid, owner: null })).map(({ path }) => path)).toEqual(['spec.owner']);
    expect(admissionFaults(component({ ...valid, unheardOf: null })).length).toBe(1);
  });

  it('knows a hash at the end of an object name', () => {
    const spec = { ...valid, entityName: 'Billing_Gateway' };
    expect(admissionFaults(component(spec, 'billing-gateway'))).toEqual([]);
    expect(admissionFaults(component(spec, 'billing-gateway-0a1b2c'))).toEqual([]);
    expect(admissionFaults(component(spec, 'billing-gateway-new')).length).toBe(1);
  });

  it('lets an entity name neither come, nor change, nor go', () => {
    const [rule] = specTransitionRules;
    const holds = (after?: string, before?: string) => rule?.holds({ entityName: after }, { entityName: before });
    expect([holds('A', 'A'), holds()]).toEqual([true, true]);
    expect([holds('A'), holds('A', 'B'), holds(undefined, 'A')]).toEqual([false, false, false]);
  });
});
