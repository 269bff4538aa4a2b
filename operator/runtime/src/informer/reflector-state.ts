import { RuntimeError } from '../errors.ts';
import { isFromTheFuture, needsListing, watchListRefusal } from './refusals.ts';
import { reasonOf } from './source-status.ts';

/** A watch shorter than this that brought nothing is a failure (client-go's very short watch). */
const veryShortMs = 1_000;

/** How a server lets itself be listed: by watch-list, by pages this once as a watch-list failed, or by pages always. */
export type ListMethod = 'watch-list' | 'pages-once' | 'pages';

/** What to do now. `by` is remembered for the next listing. */
export type ReflectorState = Listing | Watching | Waiting;

interface Listing {
  tag: 'listing';
  by: ListMethod;
  /** Why: `first`, or what made the last version useless. */
  reason: string;
}

interface Watching {
  tag: 'watching';
  by: ListMethod;
  /** Everything up to this resourceVersion has been seen. */
  from: string;
}

interface Waiting {
  tag: 'waiting';
  /** At least so long, as the server asked for it. */
  retryAfterMs: number | undefined;
  /** What failed, for the log. */
  error: unknown;
  next: Listing | Watching;
}

export type ReflectorEvent =
  /** Everything up to this version is in the store: the end of a listing, an event or a bookmark. */
  | { type: 'reached'; resourceVersion: string }
  /** The stream ended in order. */
  | { type: 'ended'; events: number; lastedMs: number }
  /** A listing or a watch failed. */
  | { type: 'failed'; error: unknown }
  /** The backoff is over. */
  | { type: 'waited' };

/** Why to list after the server has gone back to before a version that it gave out. */
export const restoredReason = 'restored';

/** Where every reflector begins. */
export const initialState: ReflectorState = { tag: 'listing', by: 'watch-list', reason: 'first' };

/**
 * The reflector's decisions, pure. What an event cannot mean in a state changes nothing. It never loses a version
 * that still serves: only an error that says that the version is of no more use leads from watching to listing.
 */
export function step(state: ReflectorState, event: ReflectorEvent): ReflectorState {
  if (state.tag === 'waiting') return event.type === 'waited' ? state.next : state;
  switch (event.type) {
    case 'reached':
      return { tag: 'watching', by: state.by === 'pages-once' ? 'watch-list' : state.by, from: event.resourceVersion };
    case 'ended':
      return state.tag === 'watching' && isVeryShort(event) ? wait(state, veryShort()) : state;
    case 'failed':
      return state.tag === 'watching' ? afterWatch(state, event.error) : afterListing(state, event.error);
    case 'waited':
      return state;
  }
}

function afterWatch(state: Watching, error: unknown): ReflectorState {
  if (!needsListing(error)) return wait(state, error);
  return wait({ tag: 'listing', by: state.by, reason: listReason(error) }, error);
}

function afterListing(state: Listing, error: unknown): ReflectorState {
  const refusal = state.by === 'watch-list' ? watchListRefusal(error) : 'none';
  // Another way to list is worth trying at once: the server is there.
  if (refusal !== 'none') return { ...state, by: refusal === 'for-good' ? 'pages' : 'pages-once' };
  return wait({ ...state, ...(needsListing(error) && { reason: listReason(error) }) }, error);
}

function listReason(error: unknown): string {
  return isFromTheFuture(error) ? restoredReason : reasonOf(error).toLowerCase();
}

function wait(next: Listing | Watching, error: unknown): Waiting {
  return {
    tag: 'waiting',
    retryAfterMs: error instanceof RuntimeError ? error.retryAfterMs : undefined,
    error,
    next,
  };
}

function isVeryShort({ events, lastedMs }: { events: number; lastedMs: number }): boolean {
  return events === 0 && lastedMs < veryShortMs;
}

function veryShort(): RuntimeError {
  return new RuntimeError('RUNTIME_UNREACHABLE', 'failed to watch: the server ended the watch at once');
}
