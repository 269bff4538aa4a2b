/** One request as a fault plan sees it. */
export interface FaultRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  isWatch: boolean;
  /** Counts the requests of the server from 1. */
  number: number;
  /** Counts the connections of the server from 1; requests of one connection share it. */
  connection: number;
}

/** What goes wrong with one request. `afterEvents` counts events of a watch and defaults to 0: at once. */
export type Fault =
  /** Refuses it with a `Status`. 429 and 503 carry `Retry-After` when `retryAfterSeconds` says so. */
  | { kind: 'refuse'; code: 401 | 403 | 404 | 410 | 429 | 500 | 503 | 504; retryAfterSeconds?: number }
  /** Ends the connection: in order between two lines, or with bytes missing within a line or within a character. */
  | { kind: 'cut'; afterEvents?: number; within?: 'nothing' | 'line' | 'character' }
  /** Sends nothing any more; the connection stays open, and the server ends it neither. */
  | { kind: 'stall'; afterEvents?: number }
  /** Takes the request and never answers. */
  | { kind: 'half-open' }
  /** An `ERROR` event with code 410 within the stream, then its end. */
  | { kind: 'expire'; afterEvents?: number }
  /** Sends so many bytes, then waits, then so many again. */
  | { kind: 'slow'; bytes: number; everyMs: number }
  /** Initial events in an order that is none. Later events stay in order: a live watch never reorders. */
  | { kind: 'shuffle' }
  /** A watch that resumes gets the changes since so many versions earlier, some for the second time. */
  | { kind: 'repeat'; versions: number };

/** Asked once for each request; undefined lets it be answered as it should. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

/** Gives the faults of a list to the requests that `applies` accepts, one each, in turn; then none. */
export function faultsInTurn(faults: readonly Fault[], applies: (request: FaultRequest) => boolean): FaultPlan {
  const left = [...faults];
  return (request) => (applies(request) ? left.shift() : undefined);
}

/** Gives each request a fault of the list with a probability. The same `random` gives the same faults. */
export function faultsAtRandom(options: {
  faults: readonly Fault[];
  probability: number;
  random: () => number;
  applies?: (request: FaultRequest) => boolean;
}): FaultPlan {
  const { faults, probability, random, applies = () => true } = options;
  return (request) => {
    if (!applies(request) || random() >= probability) return undefined;
    return faults[Math.floor(random() * faults.length)];
  };
}
