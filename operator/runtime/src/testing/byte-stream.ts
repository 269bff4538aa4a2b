/** The body of an answer whose bytes come when a test says so. */
export interface ByteStream extends AsyncIterable<Buffer> {
  readonly isOpen: boolean;
  write(bytes: Uint8Array): void;
  end(): void;
  /** What is not read yet is lost, as with a reset connection. */
  fail(error: Error): void;
}

/** Creates an open stream; the reader's abort fails it. */
export function createByteStream(signal: AbortSignal): ByteStream {
  let chunks: Buffer[] = [];
  let end: { error?: Error } | undefined;
  let wake: (() => void) | undefined;
  const finish = (how: { error?: Error }): void => {
    end ??= how;
    wake?.();
  };
  signal.addEventListener('abort', () => finish({ error: new Error('aborted') }), { once: true });
  async function* read(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (end === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else if (end.error === undefined) return;
        else throw end.error;
      }
    } finally {
      finish({});
    }
  }
  return {
    get isOpen() {
      return end === undefined;
    },
    write: (bytes) => {
      if (end !== undefined) return;
      chunks.push(Buffer.from(bytes));
      wake?.();
    },
    end: () => finish({}),
    fail: (error) => {
      chunks = [];
      finish({ error });
    },
    [Symbol.asyncIterator]: read,
  };
}
