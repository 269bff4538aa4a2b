import type { Catalog, Visibility } from '@portolan/catalog';
import type { Clock } from '@portolan/runtime';
import type { ChangeLog } from './change-log.ts';
import type { EventIds } from './event-id.ts';
import type { Look, StreamEvent } from './event-stream.ts';
import { concernOf, firstOutlook, heardOf, type Concern, type Heard, type Interest } from './interest.ts';

/** Who listens, to what, and from where on. */
export interface Listener {
  /** Tells callers apart; ids of one are of no use to another. */
  caller: string;
  interest: Interest;
  /** Asked anew for each event, so that what a caller may see no more is heard no more. */
  visible: () => Visibility | undefined;
  /** An id or a mark to continue from; `undefined` begins now. */
  after: string | undefined;
}

/**
 * What one stream has to tell when it is asked. The first look continues from the listener's id: nothing is lost as
 * long as the log remembers, and `reset` says that it does not, or that what was missed cannot be told apart.
 *
 * @param elsewhereMs between two `elsewhere` at least
 */
export function createLook(
  { catalog, log, ids, clock }: { catalog: Catalog; log: ChangeLog; ids: EventIds; clock: Clock },
  { caller, interest, visible, after }: Listener,
  elsewhereMs: number,
): Look {
  let seen = after === undefined ? log.revision : (ids.open(after, caller) ?? -1);
  let isFirst = true;
  let isElsewhere = false;
  /** Who has just read has the counts. */
  let countsReadAt = clock.monotonic();
  const outlook = firstOutlook(catalog, interest, visible());

  const hear = (refs: ReadonlySet<string>): Heard => heardOf(catalog, refs, visible());
  const concern = (heard: Heard): Concern => concernOf(catalog, { interest, outlook, heard }, visible());
  const first = (refs: ReadonlySet<string>): StreamEvent => {
    const heard = hear(refs);
    // Of what the caller may not see it does not even hear that it changes.
    if (heard.ids.size === 0 && !heard.isSomethingGone) return { event: 'ready' };
    const { type, ...named } = concern(heard);
    if (type === 'changed') return { event: type, refs: [], more: 0, ...named };
    // The counts of before are not known, so what has left the picture meanwhile cannot be told from what never was.
    return { event: 'reset' };
  };
  const later = (refs: ReadonlySet<string>): StreamEvent | undefined => {
    const { type, ...named } = concern(hear(refs));
    if (type === 'changed') return { event: type, refs: [], more: 0, ...named };
    isElsewhere ||= type === 'elsewhere';
    return isElsewhere && waitMs() <= 0 ? { event: 'elsewhere' } : undefined;
  };
  const waitMs = (): number => countsReadAt + elsewhereMs - clock.monotonic();

  return () => {
    const refs = log.since(seen);
    seen = log.revision;
    const event: StreamEvent | undefined =
      refs === undefined ? { event: 'reset' } : isFirst ? first(refs) : later(refs);
    isFirst = false;
    if (event === undefined) return { againMs: isElsewhere ? waitMs() : undefined };
    if (event.event !== 'ready') {
      isElsewhere = false;
      countsReadAt = clock.monotonic();
    }
    return { event, id: ids.seal(seen, caller) };
  };
}
