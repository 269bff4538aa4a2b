import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, signalGroup, stopRecorded } from '../process/process-record.ts';
import { deleteKindCluster } from './clusters.ts';
import { openState, type ClusterNote, type UpState } from './state.ts';

/** How long a stop may take: the operator drains for 30 s at most. */
const stopMs = 60_000;

/** `hack/down`: stops what `up` started, whether it still supervises or was killed, and removes its files. */
export async function down(directory: string, note: (line: string) => void): Promise<void> {
  const state = openState(directory);
  const found = state.claim();
  const cluster = state.cluster();
  const context = found?.claim.context ?? null;
  if (found === undefined && state.processes().length === 0) {
    if (existsSync(state.logFile)) state.clear();
    note('Nothing runs here.');
    return;
  }
  if (found?.alive === true) {
    process.kill(found.claim.process.pid, 'SIGTERM');
    const deadline = Date.now() + stopMs;
    while (isAlive(found.claim.process) && Date.now() < deadline) await sleep(50);
    if (isAlive(found.claim.process)) signalGroup(found.claim.process.pid, 'SIGKILL');
  }
  await stopLeftovers(state);
  state.clear();
  note(farewell(cluster, context));
}

/** Ends what a killed `up` left behind: its processes, and a kind cluster that it made. */
export async function stopLeftovers(state: UpState): Promise<void> {
  await stopRecorded(state.processes());
  const cluster = state.cluster();
  if (cluster?.mode === 'kind') await deleteKindCluster(cluster.name);
}

function farewell(cluster: ClusterNote | undefined, context: string | null): string {
  if (cluster?.mode !== 'context') return 'Stopped. The control plane and its data are gone.';
  return (
    `Stopped. The cluster of context ${context ?? cluster.name} keeps the CRDs, the roles, namespace portolan-system ` +
    'and everything in the catalog; kubectl delete -f crds/manifests -f charts/portolan/files/rbac removes them.'
  );
}
