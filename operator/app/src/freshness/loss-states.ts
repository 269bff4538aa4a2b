import { faultsOf, timeOf, type Losses } from '@portolan/controllers';
import { operatorIsSilent } from './losses.ts';

/** What pages say of a source that is lost. */
interface LossState {
  resource: string;
  synced: boolean;
  connected: boolean;
  reason: string;
  since: string;
}

/**
 * The losses as the pages' banner names them. That the server itself is cut off is told by its own watches, which the
 * banner has already.
 */
export function lossStates(losses: Losses): LossState[] {
  const { everything, sources } = faultsOf(losses);
  const isSilent = everything?.message === operatorIsSilent;
  const operator = isSilent ? [{ ...everything, resource: 'the operator', reason: 'Silent' }] : [];
  return [...operator, ...sources].map(({ resource, reason, sinceMs }) => ({
    resource,
    synced: reason !== 'NotSynced',
    connected: false,
    reason,
    since: timeOf(sinceMs),
  }));
}
