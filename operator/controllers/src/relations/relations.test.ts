import { conditionTypes, withCondition } from '@portolan/crds';
import { describe, expect, it } from 'vitest';
import type { Fragment } from '../composer/fragment.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createRelations, danglingGraceMs } from './relations.ts';
import { watchRefs } from './triggers.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const kinds = ['Component', 'Group', 'System', 'Resource'] as const;

function create(): World & { source: ReturnType<typeof createRelations>['source'] } {
  const world = createWorld();
  return { ...world, source: createRelations(world.entities, kinds).source };
}

function resolved(fragment: Fragment): unknown {
  const condition = fragment.conditions?.find((each) => each.type === conditionTypes.refsResolved);
  return condition === undefined || condition.status === null ? undefined : `${condition.status} ${condition.reason}`;
}

const danglingStatus = {
  conditions: withCondition(
    [],
    { type: conditionTypes.refsResolved, status: 'False', reason: 'DanglingRefs', message: 'x' },
    '2026-11-24T09:00:00Z',
  ),
};

describe('the references of an entity', () => {
  it('are resolved at once when every target exists, in canonical form', () => {
    const { put, source } = create();
    put({ kind: 'Group', name: 'team' });
    put({ kind: 'System', name: 'shop' });
    const fragment = source(put({ kind: 'Component', name: 'web', spec: { system: 'shop' } }), now);
    expect(resolved(fragment)).toBe('True AllResolved');
    expect(fragment.fields).toEqual({ ownerRef: 'group:home/team', systemRef: 'system:home/shop', refs: { total: 2 } });
    expect(fragment.holdMs).toBeUndefined();
  });

  it('count once, however often a spec repeats them', () => {
    const { put, source } = create();
    put({ kind: 'Group', name: 'team' });
    const web = put({ kind: 'Component', name: 'web', spec: { dependsOn: ['group:team', 'group:home/team'] } });
    expect(source(web, now).fields?.refs).toEqual({ total: 1 });
  });

  it('hold back the first status for three seconds while a target is missing, then dangle', () => {
    const { put, source } = create();
    const web = put({ kind: 'Component', name: 'web' });
    expect(source(web, now)).toEqual({ holdMs: danglingGraceMs });
    expect(source(web, now + 1_000)).toEqual({ holdMs: danglingGraceMs - 1_000 });
    const late = source(web, now + danglingGraceMs);
    expect(resolved(late)).toBe('False DanglingRefs');
    expect(late.fields?.refs).toEqual({ total: 1, dangling: ['group:home/team'] });
  });

  it('of an entity with a status keep what is stored while they wait', () => {
    const { put, source } = create();
    const web = put({ kind: 'Component', name: 'web', status: { conditions: [] } });
    expect(source(web, now)).toEqual({
      fields: { ownerRef: 'group:home/team', systemRef: null },
      recheckMs: danglingGraceMs,
    });
  });

  it('that dangle already are written again at once: a restart waits for nothing', () => {
    const { put, source } = create();
    const web = put({ kind: 'Component', name: 'web', status: danglingStatus });
    expect(resolved(source(web, now))).toBe('False DanglingRefs');
  });

  it('heal at once when the target appears', () => {
    const { put, source } = create();
    const web = put({ kind: 'Component', name: 'web', status: danglingStatus });
    put({ kind: 'Group', name: 'team' });
    expect(resolved(source(web, now))).toBe('True AllResolved');
  });

  it('to a kind that has not been listed say nothing and change nothing', () => {
    const { put, source, setState } = create();
    setState('Group', 'pending');
    const web = put({ kind: 'Component', name: 'web', status: danglingStatus });
    const fragment = source(web, now + 60_000);
    expect(fragment.conditions).toBeUndefined();
    expect(fragment.fields?.refs).toBeUndefined();
    expect(fragment.holdMs).toBeUndefined();
  });

  it('to a kind that nobody serves are valid and dangle', () => {
    const { put, source } = create();
    put({ kind: 'Group', name: 'team' });
    const web = put({
      kind: 'Component',
      name: 'web',
      spec: { dependsOn: ['cloud-account:prod'] },
      status: danglingStatus,
    });
    expect(source(web, now).fields?.refs).toEqual({ total: 2, dangling: ['cloud-account:home/prod'] });
  });

  it('are shown up to twenty, with the number of the rest', () => {
    const { put, source } = create();
    put({ kind: 'Group', name: 'team' });
    const dependsOn = Array.from({ length: 25 }, (_, index) => `resource:r${index}`);
    const fragment = source(put({ kind: 'Component', name: 'web', spec: { dependsOn }, status: danglingStatus }), now);
    expect(fragment.fields?.refs).toMatchObject({ total: 26, more: 5 });
    expect(fragment.fields?.refs?.dangling).toHaveLength(20);
  });
});

describe('whoever names an entity', () => {
  it('is asked again when it comes and when it goes, and so is whoever claims the same ref', () => {
    const { put, remove, entities } = createWorld();
    const asked: string[] = [];
    watchRefs({ entities, kinds, enqueue: ({ kind, key }) => asked.push(`${kind} ${key}`) });
    put({ kind: 'Component', name: 'web' });
    put({ kind: 'Component', name: 'web-0a1b2c', spec: { entityName: 'web' } });
    expect(asked).toEqual(['Component home/web']);
    asked.length = 0;
    put({ kind: 'Group', name: 'team' });
    remove('Group', 'home/team');
    expect(asked).toEqual([
      'Component home/web',
      'Component home/web-0a1b2c',
      'Component home/web',
      'Component home/web-0a1b2c',
    ]);
  });

  it('is left alone when it only changes', () => {
    const { put, entities } = createWorld();
    put({ kind: 'Component', name: 'web' });
    put({ kind: 'Group', name: 'team' });
    const asked: string[] = [];
    watchRefs({ entities, kinds, enqueue: ({ key }) => asked.push(key) });
    put({ kind: 'Group', name: 'team', spec: { title: 'Team' } });
    expect(asked).toEqual([]);
  });
});
