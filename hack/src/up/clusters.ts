import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinary } from '../control-plane/binaries.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { createKubectl, outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { findProgram, toolsOfAssets, toolsOfBinary } from '../control-plane/tools.ts';
import { HackError } from '../errors.ts';
import { checkout, paths } from '../paths.ts';
import type { Command } from '../process/managed-process.ts';
import { run } from '../process/run.ts';
import type { UpArgs } from './args.ts';
import { startPreview } from './preview.ts';
import type { UpState } from './state.ts';

/** The cluster that `up` works on. */
export interface ChosenCluster {
  /** File with one context, for kubectl and for what `up` prints. */
  kubeconfig: string;
  kubectl: Kubectl;
  /** Undefined: there is no kubectl, and `kubectl` does only what `up` itself needs. */
  kubectlCommand: Command | undefined;
  /** Made by `up`, so that it may hold samples and take over fields. */
  isOurs: boolean;
  /** Runs workloads: it has a controller-manager and a scheduler. */
  runsWorkloads: boolean;
  /** A program that plays nodes is needed, or there already. */
  kwok: 'running' | 'needed' | 'none';
  /** Rejects when the cluster breaks down by itself. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  args: UpArgs;
  state: UpState;
  log: (line: string) => void;
  signal: AbortSignal;
}

const neverFails = new Promise<never>(() => undefined);
const dockerAnswerMs = 5_000;

/**
 * The cluster by the order of choice: the named context; kind where Docker answers and kind is present;
 * `KUBEBUILDER_ASSETS`; the cached or freshly built control plane; where there is no Go either, the local API.
 * @throws {HackError} `HACK_CLUSTER` and those of {@link startControlPlane}
 */
export async function chooseCluster(options: ClusterOptions): Promise<ChosenCluster> {
  const { args, log } = options;
  if (args.context !== undefined || args.kubeconfig !== undefined) return useContext(options);
  if (args.cluster === 'preview') return startPreviewCluster(options, 'as asked');
  if (args.cluster !== 'local') {
    const kind = await findKind();
    if (typeof kind !== 'string') return createKindCluster(kind, options);
    if (args.cluster === 'kind') throw new HackError('HACK_CLUSTER', `--cluster kind needs kind and Docker: ${kind}.`);
  }
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && assets !== '') {
    log(
      `cluster: etcd and kube-apiserver from KUBEBUILDER_ASSETS; no controller-manager, so no workloads: catalog only`,
    );
    return startLocal(options, assets);
  }
  try {
    return await startLocal(options);
  } catch (error) {
    const hasNoGo = error instanceof HackError && ['HACK_GO_MISSING', 'HACK_GO_TOO_OLD'].includes(error.code);
    if (args.cluster !== 'auto' || !hasNoGo) throw error;
    return startPreviewCluster(options, 'because there is neither kind with Docker nor a Go that can build one');
  }
}

async function startPreviewCluster({ state, log }: ClusterOptions, why: string): Promise<ChosenCluster> {
  log(`cluster: a preview, ${why}: a Kubernetes API within this process, no controllers and no workloads`);
  state.noteCluster({ mode: 'local' });
  const preview = await startPreview({
    kubeconfig: state.file('kubeconfig'),
    directory: state.directory,
    path: process.env['PATH'],
  });
  return { ...preview, isOurs: true, runsWorkloads: false, kwok: 'none', failed: neverFails };
}

async function useContext({ args, state, log }: ClusterOptions): Promise<ChosenCluster> {
  const kubectlCommand = await findKubectl(log);
  const env = { ...process.env, ...(args.kubeconfig === undefined ? {} : { KUBECONFIG: args.kubeconfig }) };
  const selected = args.context === undefined ? [] : ['--context', args.context];
  const view = await run(kubectlCommand, ['config', 'view', '--raw', '--minify', '--flatten', ...selected], { env });
  if (view.code !== 0) {
    const what =
      args.context === undefined ? `${args.kubeconfig} has no usable current context` : `no context "${args.context}"`;
    throw new HackError('HACK_CLUSTER', `${what}: ${view.stderr.trim()}`);
  }
  // A copy: the user's own file and its current context stay as they are.
  const kubeconfig = state.file('kubeconfig');
  await writeFile(kubeconfig, view.stdout, { mode: 0o600 });
  const kubectl = createKubectl({ command: kubectlCommand, kubeconfig, directory: state.directory });
  const name = (await outputOf(kubectl, ['config', 'current-context'])).trim();
  state.noteCluster({ mode: 'context', name });
  log(`cluster: context ${name}, as asked`);
  const version = await kubectl(['get', '--raw', '/version', '--request-timeout=10s']);
  if (version.code !== 0) {
    throw new HackError('HACK_CLUSTER', `The cluster of context ${name} does not answer: ${version.stderr.trim()}`);
  }
  return {
    kubeconfig,
    kubectl,
    kubectlCommand,
    isOurs: false,
    runsWorkloads: true,
    kwok: 'none',
    failed: neverFails,
    stop: async () => undefined,
  };
}

/** Where kind is, or why it cannot be used. */
async function findKind(): Promise<Command | string> {
  const kind = await findProgram('kind', process.env['PATH']);
  if (kind === undefined) return 'kind is not installed';
  const docker = await run(['docker'], ['version', '--format', '{{.Server.Version}}'], { timeoutMs: dockerAnswerMs });
  return docker.code === 0 ? [kind] : 'no Docker daemon answers';
}

/** Two checkouts on one machine have a cluster each. */
export function kindClusterName(directory: string): string {
  return `portolan-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
}

async function createKindCluster(kind: Command, { state, log, signal }: ClusterOptions): Promise<ChosenCluster> {
  const name = kindClusterName(`${checkout} ${state.directory}`);
  const kubeconfig = state.file('kubeconfig');
  log(`cluster: kind cluster ${name}; creating it takes about a minute`);
  state.noteCluster({ mode: 'kind', name });
  const created = await run(kind, ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '120s'], {
    signal,
    onErrorLine: (line) => {
      if (line.trim() !== '') log(`kind: ${line.trim()}`);
    },
  });
  signal.throwIfAborted();
  if (created.code !== 0) {
    await deleteKindCluster(name);
    throw new HackError(
      'HACK_CLUSTER',
      `kind could not create a cluster: ${lastLine(created.stderr)}; --cluster local starts a control plane without it.`,
    );
  }
  const kubectlCommand = await findKubectl(log);
  return {
    kubeconfig,
    kubectl: createKubectl({ command: kubectlCommand, kubeconfig, directory: state.directory }),
    kubectlCommand,
    isOurs: true,
    runsWorkloads: true,
    kwok: 'needed',
    failed: neverFails,
    stop: async () => {
      await deleteKindCluster(name);
    },
  };
}

/** @throws {HackError} `HACK_CLUSTER` */
export async function deleteKindCluster(name: string): Promise<void> {
  const { code, stderr } = await run(['kind'], ['delete', 'cluster', '--name', name]);
  if (code !== 0) throw new HackError('HACK_CLUSTER', `kind could not delete cluster ${name}: ${lastLine(stderr)}`);
}

async function startLocal(options: ClusterOptions, assets?: string): Promise<ChosenCluster> {
  const { state, log, signal } = options;
  state.noteCluster({ mode: 'local' });
  const tools =
    assets === undefined
      ? toolsOfBinary(await ensureBinary('control-plane', { log, signal }))
      : await toolsOfAssets(assets, process.env['PATH']);
  if (assets === undefined) log('cluster: a control plane on this machine');
  const isWhole = tools.controllerManager !== undefined;
  const controlPlane = await startControlPlane({
    directory: state.directory,
    tools,
    log,
    signal,
    remember: (record) => {
      state.remember(record);
    },
    controllerManager: isWhole,
    scheduler: isWhole,
    ...(isWhole ? { kwok: { stages: paths.stages } } : {}),
  });
  return {
    kubeconfig: controlPlane.kubeconfig,
    kubectl: controlPlane.kubectl,
    kubectlCommand: tools.kubectl,
    isOurs: true,
    runsWorkloads: isWhole,
    kwok: isWhole ? 'running' : 'none',
    failed: controlPlane.failed,
    stop: async () => {
      await controlPlane.stop();
    },
  };
}

/** The user's kubectl, else ours. */
async function findKubectl(log: (line: string) => void): Promise<Command> {
  const kubectl = await findProgram('kubectl', process.env['PATH']);
  return kubectl === undefined ? toolsOfBinary(await ensureBinary('control-plane', { log })).kubectl : [kubectl];
}

/** Writes a script that runs the cluster's kubectl with its kubeconfig, for machines that have none. */
export async function writeKubectlScript(cluster: ChosenCluster, folder: string): Promise<void> {
  if (cluster.kubectlCommand === undefined) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const quoted = cluster.kubectlCommand.map(quote).join(' ');
  const lines = ['#!/bin/sh', `export KUBECONFIG=${quote(cluster.kubeconfig)}`, `exec ${quoted} "$@"`, ''];
  await writeFile(join(folder, 'kubectl'), lines.join('\n'), { mode: 0o700 });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
