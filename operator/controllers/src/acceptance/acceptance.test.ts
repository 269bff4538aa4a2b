import { describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';
import { createAcceptance } from './acceptance.ts';

const now = Date.parse('2026-11-24T10:00:00Z');

function create() {
  const world = createWorld();
  const source = createAcceptance(world.entities);
  return {
    ...world,
    ready: (entity: ReturnType<typeof world.put>) => source(entity, now).conditions?.[0],
  };
}

describe('an entity', () => {
  it('is ready although what it names does not exist', () => {
    const { put, ready } = create();
    expect(ready(put({ kind: 'Component', name: 'web' }))).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Accepted',
      message: 'Served as component:home/web.',
    });
  });

  it('that claims the ref of an older one is in conflict, until that one goes', () => {
    const { put, remove, ready } = create();
    const older = put({ kind: 'Component', name: 'web', created: '2026-01-01T00:00:00Z' });
    const newer = put({
      kind: 'Component',
      name: 'web-0a1b2c',
      spec: { entityName: 'Web' },
      created: '2026-01-02T00:00:00Z',
    });
    expect(ready(older)).toMatchObject({ status: 'True' });
    expect(ready(newer)).toMatchObject({
      status: 'False',
      reason: 'Conflict',
      message: 'component:home/web is already claimed by "web"; delete one of them or give this one another name.',
    });
    remove('Component', 'home/web');
    expect(ready(newer)).toMatchObject({ status: 'True' });
  });

  it('whose free-form fields repeat a declared one is told which', () => {
    const { put, ready } = create();
    const web = put({ kind: 'Component', name: 'web', spec: { extensions: { owner: 'me' } } });
    expect(ready(web)).toMatchObject({
      status: 'False',
      reason: 'ReservedKey',
      message: 'spec.extensions.owner: reserved by Portolan; rename or remove the key.',
    });
  });

  it('whose free-form fields are too large is invalid, and no other is', () => {
    const { put, ready } = create();
    const web = put({ kind: 'Component', name: 'web', spec: { extensions: { blob: 'x'.repeat(70_000) } } });
    expect(ready(web)).toMatchObject({ status: 'False', reason: 'Invalid' });
    expect(ready(put({ kind: 'Component', name: 'other' }))).toMatchObject({ status: 'True' });
  });
});
