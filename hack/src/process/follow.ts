import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 100;
const chunkBytes = 65_536;

/** Hands over each line that is appended to a file, until `signal`; then what is left. Waits for an absent file. */
export async function follow(
  file: string,
  options: { onLine: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  let position = 0;
  while (!options.signal.aborted) {
    position = await readLines(file, position, options.onLine);
    await sleep(pollMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
  await readLines(file, position, options.onLine);
}

/** Returns the position after the last whole line, so that neither a line nor a character is cut in two. */
async function readLines(file: string, from: number, onLine: (line: string) => void): Promise<number> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return from;
  let position = from;
  try {
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, position);
      const end = chunk.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      // A line that fills the whole chunk is given in parts.
      const taken = end === 0 && bytesRead === chunkBytes ? bytesRead : end;
      if (taken === 0) return position;
      for (const line of chunk.toString('utf8', 0, taken).replace(/\n$/, '').split('\n')) onLine(line);
      position += taken;
    }
  } finally {
    await handle.close();
  }
}
