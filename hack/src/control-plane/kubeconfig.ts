/** What a kubeconfig with one context says. */
export interface KubeconfigContent {
  /** Name of the context, the cluster and the user. */
  name: string;
  server: string;
  /** PEM text of the authority that signed the server's certificate. */
  certificateAuthority: string;
  user: { certificate: string; key: string } | { token: string } | { tokenFile: string };
}

/** A kubeconfig as JSON, which every reader of YAML takes. */
export function renderKubeconfig(content: KubeconfigContent): string {
  const { name, server, certificateAuthority } = content;
  return renderFor(name, { server, 'certificate-authority-data': base64(certificateAuthority) }, userOf(content.user));
}

/** The same for a cluster entry that was taken from another kubeconfig, kept as it is. */
export function renderFor(name: string, cluster: object, user: object): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function userOf(user: KubeconfigContent['user']): object {
  if ('certificate' in user) {
    return { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) };
  }
  return user;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
