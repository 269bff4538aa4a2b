import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createLocalApi } from '@portolan/local';
import { createCertificateAuthority } from '../control-plane/certificates.ts';
import { renderKubeconfig } from '../control-plane/kubeconfig.ts';
import { createKubectl, type Kubectl } from '../control-plane/kubectl.ts';
import { findProgram } from '../control-plane/tools.ts';
import type { Command } from '../process/managed-process.ts';
import { createPreviewKubectl } from './preview-kubectl.ts';

/** The Kubernetes API in this process, for machines that have nothing else. */
export interface Preview {
  kubeconfig: string;
  kubectl: Kubectl;
  /** Undefined on a machine without kubectl. */
  kubectlCommand: Command | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the local API with an authority and an administrator's token of its own: other users of the machine cannot
 * enter. Its objects end with this process.
 *
 * @param options.kubeconfig the file to write
 * @param options.directory folder for kubectl's cache
 * @param options.path where kubectl is looked for
 */
export async function startPreview(options: {
  kubeconfig: string;
  directory: string;
  path: string | undefined;
}): Promise<Preview> {
  const { kubeconfig, directory } = options;
  const authority = createCertificateAuthority({ name: 'portolan-preview', now: new Date() });
  const token = randomBytes(24).toString('base64url');
  const api = createLocalApi({ tls: authority.issueServer(['localhost', '127.0.0.1']), tokens: [token] });
  const server = await api.listen();
  const content = { name: 'portolan', server, certificateAuthority: authority.certificate, user: { token } };
  await writeFile(kubeconfig, renderKubeconfig(content), { mode: 0o600 });
  const found = await findProgram('kubectl', options.path);
  const own = createPreviewKubectl({ ...content, token, kubeconfig });
  return {
    kubeconfig,
    kubectl: found === undefined ? own.kubectl : createKubectl({ command: [found], kubeconfig, directory }),
    kubectlCommand: found === undefined ? undefined : [found],
    stop: async () => {
      await own.close();
      await api.close();
    },
  };
}
