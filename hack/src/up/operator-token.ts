import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { operatorAccount } from '../install/install.ts';

const askedSeconds = 3_600;
const retryMs = 10_000;

/** When a token is renewed: after two thirds of its life, as the kubelet does. In milliseconds from now. */
export function renewalDelayMs(nowMs: number, expiresAtMs: number): number {
  return Math.max(1_000, ((expiresAtMs - nowMs) * 2) / 3);
}

/**
 * Keeps a file with a token of the operator's ServiceAccount, until `signal`. Resolves when the first token is there.
 * A renewal that fails is tried again; the old token goes on working until it expires.
 * @throws {HackError} `HACK_KUBECTL` when there is no first token
 */
export async function keepOperatorToken(options: {
  kubectl: Kubectl;
  file: string;
  log: (line: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { file, log, signal } = options;
  const write = async (): Promise<number> => {
    const { token, expiresAtMs } = await requestToken(options.kubectl);
    // Renamed into place: the operator never reads half a token.
    await writeFile(`${file}.next`, token, { mode: 0o600 });
    await rename(`${file}.next`, file);
    return expiresAtMs;
  };
  let expiresAtMs = await write();
  void (async () => {
    while (!signal.aborted) {
      await pause(renewalDelayMs(Date.now(), expiresAtMs), signal);
      while (!signal.aborted) {
        try {
          expiresAtMs = await write();
          break;
        } catch (error) {
          log(`the operator's token could not be renewed, trying again: ${String(error)}`);
          await pause(retryMs, signal);
        }
      }
    }
  })();
}

async function requestToken(kubectl: Kubectl): Promise<{ token: string; expiresAtMs: number }> {
  const { name, namespace } = operatorAccount;
  // Not `create token`, which sends protobuf, and the preview's API reads JSON only.
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: askedSeconds },
  };
  const answer = await outputOf(kubectl, ['create', '--raw', path, '-f', '-'], JSON.stringify(body));
  const { status } = JSON.parse(answer) as { status: { token: string; expirationTimestamp: string } };
  return { token: status.token, expiresAtMs: Date.parse(status.expirationTimestamp) };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
