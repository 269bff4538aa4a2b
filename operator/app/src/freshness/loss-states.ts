import { timeOf, type Losses } from '@portolan/controllers';

/** What pages say of a source that is lost. */
interface LossState {
  resource: string;
  synced: boolean;
  connected: boolean;
  reason: string;
  since: string;
}

/** The losses as the pages' banner names them. */
export function lossStates({ everything, sources }: Losses): LossState[] {
  const operator = everything === undefined ? [] : [{ ...everything, resource: 'the operator' }];
  return [...operator, ...sources].map(({ resource, reason, sinceMs }) => ({
    resource,
    synced: reason !== 'NotSynced',
    connected: false,
    reason,
    since: timeOf(sinceMs),
  }));
}
