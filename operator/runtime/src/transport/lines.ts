import { RuntimeError, runtimeErrorCodes } from '../errors.ts';

const newline = 10;

/** Cuts a stream of bytes into lines; a character cut in two by a chunk's end stays whole. */
export interface LineSplitter {
  /** The lines that this chunk completes, without their newline; empty ones are left out. */
  push(chunk: Uint8Array): string[];
  /** Bytes of a line that has not ended. */
  readonly pending: number;
}

/** Creates a splitter. A line longer than `maxBytes` is RUNTIME_TOO_LARGE. */
export function createLineSplitter({ maxBytes }: { maxBytes: number }): LineSplitter {
  let parts: Buffer[] = [];
  let pending = 0;
  return {
    push: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        if (pending + end - start > maxBytes) throw tooLong(maxBytes);
        const line =
          parts.length === 0
            ? bytes.toString('utf8', start, end)
            : Buffer.concat([...parts, bytes.subarray(start, end)]).toString('utf8');
        parts = [];
        pending = 0;
        if (line !== '') lines.push(line);
        start = end + 1;
      }
      if (start < bytes.length) {
        parts.push(bytes.subarray(start));
        pending += bytes.length - start;
        if (pending > maxBytes) throw tooLong(maxBytes);
      }
      return lines;
    },
    get pending() {
      return pending;
    },
  };
}

function tooLong(maxBytes: number): RuntimeError {
  return new RuntimeError(runtimeErrorCodes.tooLarge, `a line of the stream is longer than ${maxBytes} bytes`);
}
