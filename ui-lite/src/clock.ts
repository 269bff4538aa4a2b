/** The part of a clock that pages need: milliseconds since the epoch. */
export interface PageClock {
  now(): number;
}

export const systemPageClock: PageClock = { now: () => Date.now() };
