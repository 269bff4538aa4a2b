import { join } from 'node:path';

/** Files that a control plane's programs read; all under its folder. */
export interface ControlPlaneFiles {
  etcdData: string;
  certificateAuthority: string;
  serverCertificate: string;
  serverKey: string;
  signingKey: string;
  signingPublicKey: string;
  adminKubeconfig: string;
  controllerManagerKubeconfig: string;
  schedulerKubeconfig: string;
  kwokKubeconfig: string;
  logs: string;
}

export function filesOf(directory: string): ControlPlaneFiles {
  const pki = join(directory, 'pki');
  return {
    etcdData: join(directory, 'etcd'),
    certificateAuthority: join(pki, 'ca.crt'),
    serverCertificate: join(pki, 'server.crt'),
    serverKey: join(pki, 'server.key'),
    signingKey: join(pki, 'service-account.key'),
    signingPublicKey: join(pki, 'service-account.pub'),
    adminKubeconfig: join(directory, 'kubeconfig'),
    controllerManagerKubeconfig: join(directory, 'controller-manager.kubeconfig'),
    schedulerKubeconfig: join(directory, 'scheduler.kubeconfig'),
    kwokKubeconfig: join(directory, 'kwok.kubeconfig'),
    logs: join(directory, 'logs'),
  };
}

/** No fsync: the data is thrown away with the control plane, and a laptop's disk is not to set its pace. */
export function etcdArgs(files: ControlPlaneFiles, ports: { client: number; peer: number }): string[] {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return [
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--quota-backend-bytes=8589934592',
    '--auto-compaction-mode=periodic',
    '--auto-compaction-retention=5m',
  ];
}

export function apiServerArgs(files: ControlPlaneFiles, ports: { etcd: number; secure: number }): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--secure-port=${ports.secure}`,
    '--bind-address=127.0.0.1',
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.certificateAuthority}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.signingPublicKey}`,
    `--service-account-signing-key-file=${files.signingKey}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged',
    // Nobody but this machine reaches it, so there is no endpoint to publish.
    '--endpoint-reconciler-type=none',
  ];
}

export function controllerManagerArgs(files: ControlPlaneFiles): string[] {
  return [
    ...kubeconfigArgs(files.controllerManagerKubeconfig),
    `--root-ca-file=${files.certificateAuthority}`,
    `--service-account-private-key-file=${files.signingKey}`,
    '--use-service-account-credentials',
  ];
}

export function schedulerArgs(files: ControlPlaneFiles): string[] {
  return kubeconfigArgs(files.schedulerKubeconfig);
}

/** Which nodes it plays, and how, says the file of the stages. */
export function kwokArgs(options: { kubeconfig: string; stages: string; port: number }): string[] {
  return [
    `--kubeconfig=${options.kubeconfig}`,
    `--config=${options.stages}`,
    `--server-address=127.0.0.1:${options.port}`,
  ];
}

function kubeconfigArgs(file: string): string[] {
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
