import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { applier, installPortolan } from '../install/install.ts';
import { paths } from '../paths.ts';
import {
  isAlive,
  readRecords,
  recordOf,
  stopRecorded,
  writeRecords,
  type ProcessRecord,
} from '../process/process-record.ts';

/** What a test needs to know to use the shared control plane. */
export interface SharedControlPlane {
  server: string;
  /** File of the administrator's kubeconfig. */
  kubeconfig: string;
  /** The multi-call binary. */
  binary: string;
  directory: string;
}

/**
 * Names the file that describes a control plane which already runs. It has no `PORTOLAN_` prefix: tests start the
 * operator with their own environment, and the operator refuses a variable with that prefix which it does not know.
 */
export const sharedControlPlaneVariable = 'HACK_TEST_CONTROL_PLANE';

/**
 * Starts etcd, kube-apiserver, controller-manager, scheduler and kwok with the samples' nodes, and installs the CRDs and
 * roles. The folder lies in the checkout, so that the next run can clear away what a killed one left.
 */
export async function startSharedControlPlane(
  log: (line: string) => void,
): Promise<{ shared: SharedControlPlane; file: string; controlPlane: ControlPlane; stop: () => Promise<void> }> {
  await mkdir(paths.testState, { recursive: true });
  await clearLeftovers();
  const directory = await mkdtemp(join(paths.testState, 'run-'));
  const recordFile = join(directory, processesFile);
  const records: ProcessRecord[] = [];
  const remember = (record: ProcessRecord | undefined): void => {
    if (record === undefined) return;
    records.push(record);
    writeRecords(recordFile, records);
  };
  remember(recordOf(ownerName, process.pid));
  const controlPlane = await startControlPlane({
    directory,
    log,
    remember,
    controllerManager: true,
    scheduler: true,
    kwok: { stages: paths.stages },
  });
  const stop = async (): Promise<void> => {
    await controlPlane.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await installPortolan({ kubectl: controlPlane.kubectl, ownsCluster: true });
    await applier({ kubectl: controlPlane.kubectl, ownsCluster: true })(['-f', paths.nodes]);
  } catch (error) {
    await stop();
    throw error;
  }
  const { server, kubeconfig, binary } = controlPlane;
  const shared = { server, kubeconfig, binary, directory };
  const file = join(directory, 'shared.json');
  await writeFile(file, JSON.stringify(shared));
  return { shared, file, controlPlane, stop };
}

export async function readSharedControlPlane(file: string): Promise<SharedControlPlane> {
  return JSON.parse(await readFile(file, 'utf8')) as SharedControlPlane;
}

const processesFile = 'processes.json';
const ownerName = 'owner';

/** Ends the control planes of test runs that were killed, and removes their folders. */
async function clearLeftovers(): Promise<void> {
  for (const entry of await readdir(paths.testState)) {
    const directory = join(paths.testState, entry);
    const records = readRecords(join(directory, processesFile));
    const owner = records.find((record) => record.name === ownerName);
    if (owner === undefined || isAlive(owner)) continue;
    await stopRecorded(records, 3_000);
    await rm(directory, { recursive: true, force: true });
  }
}
