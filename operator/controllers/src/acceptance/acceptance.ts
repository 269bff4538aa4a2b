import { conditionTypes } from '@portolan/crds';
import type { Fragment, FragmentSource } from '../composer/fragment.ts';
import type { EntityStores } from '../entities/entity-stores.ts';
import type { TrimmedEntity } from '../entities/trimmed-entity.ts';

/**
 * States `Ready`: the object is accepted and served under its ref. It is False only for what its author must mend
 * (Conflict, ReservedKey, Invalid); dangling refs and health never move it, so that `kubectl wait` and GitOps tools
 * behave.
 */
export function createAcceptance(entities: EntityStores): FragmentSource {
  return (entity) => ({ conditions: [{ type: conditionTypes.ready, ...judge(entity, entities) }] }) satisfies Fragment;
}

function judge(
  entity: TrimmedEntity,
  entities: EntityStores,
): { status: 'True' | 'False'; reason: string; message: string } {
  if (entity.reservedKeys.length > 0) {
    return {
      status: 'False',
      reason: 'ReservedKey',
      message: `${entity.reservedKeys.join(', ')}: reserved by Portolan; rename or remove the key.`,
    };
  }
  if (entity.faults.length > 0) {
    return { status: 'False', reason: 'Invalid', message: entity.faults.slice(0, 3).join(' ') };
  }
  const prevailing = entities.prevailing(entity.ref);
  if (prevailing !== undefined && prevailing.metadata.uid !== entity.metadata.uid) {
    return { status: 'False', reason: 'Conflict', message: conflictMessage(entity, prevailing) };
  }
  return { status: 'True', reason: 'Accepted', message: `Served as ${entity.ref}.` };
}

/** An object of another namespace is not named: its existence is not this object's author's to know. */
function conflictMessage(entity: TrimmedEntity, prevailing: TrimmedEntity): string {
  const who =
    prevailing.metadata.namespace === entity.metadata.namespace ? `"${prevailing.metadata.name}"` : 'an older object';
  return `${entity.ref} is already claimed by ${who}; delete one of them or give this one another name.`;
}
