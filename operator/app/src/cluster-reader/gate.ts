/** Lets so many through at once; the others wait in line. */
export interface Gate {
  /** Those in line. */
  readonly waiting: number;
  /** Runs when its turn comes; rejects with the signal's reason when that aborts first. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** @see {@link Gate} */
export function createGate(limit: number): Gate {
  const line = new Set<() => void>();
  let running = 0;

  const turn = (signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      line.delete(enter);
      reject(signal.reason as Error);
    };
    const enter = (): void => {
      line.delete(enter);
      signal.removeEventListener('abort', leave);
      running += 1;
      resolve();
    };
    if (signal.aborted) leave();
    else if (running < limit) enter();
    else {
      line.add(enter);
      signal.addEventListener('abort', leave, { once: true });
    }
    return promise;
  };

  return {
    get waiting() {
      return line.size;
    },
    run: async (work, signal) => {
      await turn(signal);
      try {
        return await work();
      } finally {
        running -= 1;
        const [next] = line;
        next?.();
      }
    },
  };
}
