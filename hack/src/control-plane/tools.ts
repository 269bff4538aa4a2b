import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { HackError } from '../errors.ts';
import type { Command } from '../process/managed-process.ts';

/** The programs that a control plane is made of. Those that are absent are not started. */
export interface ControlPlaneTools {
  etcd: Command;
  apiServer: Command;
  kubectl: Command;
  controllerManager?: Command;
  scheduler?: Command;
}

/** All tools from the multi-call binary of `hack/control-plane/cluster`. */
export function toolsOfBinary(binary: string): Required<ControlPlaneTools> {
  return {
    etcd: [binary, 'etcd'],
    apiServer: [binary, 'kube-apiserver'],
    kubectl: [binary, 'kubectl'],
    controllerManager: [binary, 'kube-controller-manager'],
    scheduler: [binary, 'kube-scheduler'],
  };
}

/**
 * Tools from a folder that follows the ecosystem's convention `KUBEBUILDER_ASSETS`: etcd, kube-apiserver and kubectl.
 * @throws {HackError} `HACK_CLUSTER` naming what is missing
 */
export async function toolsOfAssets(folder: string, path: string | undefined): Promise<ControlPlaneTools> {
  const missing: string[] = [];
  const required = async (name: string): Promise<Command> => {
    const file = join(folder, name);
    if (!(await isExecutable(file))) missing.push(name);
    return [file];
  };
  const etcd = await required('etcd');
  const apiServer = await required('kube-apiserver');
  const own = join(folder, 'kubectl');
  const kubectl = (await isExecutable(own)) ? own : await findProgram('kubectl', path);
  if (kubectl === undefined) missing.push('kubectl');
  if (missing.length > 0 || kubectl === undefined) {
    throw new HackError(
      'HACK_CLUSTER',
      `KUBEBUILDER_ASSETS is ${folder}, which has no ${missing.join(', no ')}; correct it or unset it.`,
    );
  }
  return { etcd, apiServer, kubectl: [kubectl] };
}

/** The first executable of this name on a search path; undefined when there is none. */
export async function findProgram(name: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
