import type { Clock } from '../clock.ts';
import type { ApiError } from '../errors.ts';
import type { Fault } from '../faults/fault.ts';
import type { JsonObject } from '../json.ts';
import { withMetadata, type KubernetesObject, type StoredObject } from '../objects.ts';
import { apiVersionOf, storageKey } from '../resources/resource.ts';
import type { Change } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import { tooLarge, tooOld, watchOptionsOf, type WatchOptions } from './list-options.ts';
import type { Outlet } from './outlet.ts';
import type { Representation } from './representation.ts';
import type { Route } from './route.ts';
import { selectionOf } from './selection.ts';

/** What a client may not do: be this many changes behind. The API server ends slow watches too. */
const longestBacklog = 200_000;
/** Seconds before the end of a watch at which the API server sends a last bookmark. */
const bookmarkBeforeEndMs = 2_000;
/** How long a watch without `timeoutSeconds` lives, at least; at most twice that. */
const defaultTimeoutMs = 30 * 60 * 1000;

export interface WatchContext {
  store: Store;
  clock: Clock;
  random: () => number;
  bookmarkIntervalMs: number;
}

/** A watch that was accepted. */
export interface Watch {
  /** Sends events until its time is over or the client is gone. */
  start(outlet: Outlet): void;
  /** Ends it with its stream, in order. */
  end(): void;
  /** Sends a bookmark now, if the client asked for bookmarks. */
  bookmark(): void;
}

type WatchEvent = { type: string; object: JsonObject };

/** @throws {ApiError} `Timeout`, `BadRequest`, `Invalid`: before the first byte is sent */
export function openWatch(
  context: WatchContext,
  request: { route: Route; query: URLSearchParams; representation: Representation; fault: Fault | undefined },
): Watch {
  const { store, clock, random } = context;
  const { route, representation, fault } = request;
  const options = watchOptionsOf(request.query);
  const { matches } = selectionOf(route, request.query);
  requireReached(options, store);
  const key = storageKey(route.resource);
  const backlog: WatchEvent[] = [];
  let outlet: Outlet | undefined;
  let pumping = false;
  let ended = false;
  let initialEvents = 0;
  let endsAfterBacklog = false;
  let isFirst = true;
  let eventsUntilExpiry = fault?.kind === 'expire' ? (fault.afterEvents ?? 0) : undefined;
  const cleanup: (() => void)[] = [];

  const finish = (): void => {
    ended = true;
    for (const undo of cleanup.splice(0)) undo();
  };
  const pump = async (): Promise<void> => {
    if (pumping || outlet === undefined) return;
    pumping = true;
    // The queue is walked by index and emptied in one go: shifting 100,000 items costs seconds.
    for (let next = 0; next < backlog.length && outlet.isOpen; next += 1) {
      const event = backlog[next];
      if (event !== undefined) await outlet.send(Buffer.from(`${JSON.stringify(event)}\n`));
      if (next === 4_095) {
        backlog.splice(0, next + 1);
        next = -1;
        // Others want the event loop too.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
    backlog.length = 0;
    pumping = false;
    if (endsAfterBacklog && outlet.isOpen) outlet.end();
  };
  const push = (event: WatchEvent): void => {
    if (ended) return;
    if (eventsUntilExpiry === 0) {
      eventsUntilExpiry = undefined;
      fail(tooOld(options.version ?? 0, store.version));
      return;
    }
    if (eventsUntilExpiry !== undefined) eventsUntilExpiry -= 1;
    backlog.push(event);
    if (backlog.length > longestBacklog + initialEvents) {
      // Dropped here and not when the connection has closed: until then, more would come.
      finish();
      backlog.length = 0;
      outlet?.destroy();
      return;
    }
    void pump();
  };
  const endInOrder = (): void => {
    finish();
    endsAfterBacklog = true;
    if (!pumping) void pump();
  };
  const fail = (error: ApiError): void => {
    backlog.push({ type: 'ERROR', object: error.toStatus() });
    endInOrder();
  };
  const show = (type: string, object: KubernetesObject): void => {
    push({ type, object: representation.object(object, { isFirst }) });
    isFirst = false;
  };
  const tell = (change: Change): void => {
    const event = eventOf(change, matches);
    if (event !== undefined) show(event.type, event.object);
  };
  const bookmark = (annotations?: Record<string, string>): void => {
    if (!options.allowBookmarks) return;
    const metadata = { resourceVersion: String(store.version), ...(annotations !== undefined && { annotations }) };
    show('BOOKMARK', { apiVersion: apiVersionOf(route.resource), kind: route.resource.kind, metadata });
  };
  const begin = (): void => {
    // Subscribed before anything is sent, and all in one turn: no change falls between the two.
    cleanup.push(store.subscribe(key, tell));
    const start = startOf(options, fault);
    if (start.version === undefined) {
      const found = (store.list(key) ?? []).filter((object) => matches(object));
      initialEvents = found.length;
      for (const object of fault?.kind === 'shuffle' ? shuffled(found, random) : found) show('ADDED', object);
      if (options.sendInitialEvents) bookmark({ 'k8s.io/initial-events-end': 'true' });
      return;
    }
    const missed = store.changesAfter(key, start.version);
    if (missed === undefined) fail(tooOld(start.version, store.version));
    else for (const change of missed) tell(change);
  };
  const keepTime = (): void => {
    const timeoutMs = lifetimeMs(options, random);
    let tick: { cancel(): void } | undefined;
    const every = (): void => {
      bookmark();
      tick = clock.after(context.bookmarkIntervalMs, every);
    };
    tick = clock.after(context.bookmarkIntervalMs, every);
    const last = clock.after(Math.max(0, timeoutMs - bookmarkBeforeEndMs), () => bookmark());
    const end = clock.after(timeoutMs, endInOrder);
    cleanup.push(() => {
      for (const timer of [tick, last, end]) timer?.cancel();
    });
  };
  return {
    start: (to) => {
      outlet = to;
      to.onClose(finish);
      keepTime();
      if (eventsUntilExpiry === 0) fail(tooOld(options.version ?? 0, store.version));
      else begin();
      void pump();
    },
    end: endInOrder,
    bookmark: () => bookmark(),
  };
}

/** Initial events cannot be newer than the store. */
function requireReached({ sendInitialEvents, version = 0 }: WatchOptions, store: Store): void {
  if (sendInitialEvents && version > store.version) throw tooLarge(version, store.version);
}

function lifetimeMs({ timeoutSeconds }: WatchOptions, random: () => number): number {
  return timeoutSeconds === undefined ? defaultTimeoutMs * (1 + random()) : timeoutSeconds * 1000;
}

/** From which version the stream goes; undefined: from what is there now. */
function startOf(
  { version, sendInitialEvents }: WatchOptions,
  fault: Fault | undefined,
): { version: number | undefined } {
  if (sendInitialEvents || version === undefined || version === 0) return { version: undefined };
  return { version: fault?.kind === 'repeat' ? Math.max(1, version - fault.versions) : version };
}

/** What a change is to a watch with selectors: an object that ceases to match is gone for it. */
function eventOf(
  { type, object, previous }: Change,
  matches: (object: KubernetesObject) => boolean,
): { type: string; object: StoredObject } | undefined {
  const isIn = type !== 'DELETED' && matches(object);
  const wasIn = previous !== undefined && matches(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object };
  if (!wasIn || previous === undefined) return undefined;
  if (type === 'DELETED') return { type: 'DELETED', object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: withMetadata(previous, { resourceVersion }) };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
