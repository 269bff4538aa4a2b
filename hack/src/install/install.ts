import { outputOf, type Kubectl } from '../control-plane/kubectl.ts';
import { paths } from '../paths.ts';

/** Where the operator runs, and as whom. The chart's files say the same. */
export const operatorAccount = { namespace: 'portolan-system', name: 'portolan-operator' } as const;

// Documents and no List, which kubectl before 1.36 checks against an OpenAPI v2 that the preview does not have.
const account = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorAccount.namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: operatorAccount },
];

/**
 * Installs what the operator needs: the CRDs, its namespace and ServiceAccount, the roles of the operator and of people.
 * Repeatable.
 *
 * @param options.ownsCluster takes over fields that another tool manages; without it such a conflict is an error
 * @throws {HackError} `HACK_KUBECTL`
 */
export async function installPortolan(options: { kubectl: Kubectl; ownsCluster: boolean }): Promise<void> {
  const apply = applier(options);
  await apply(['-f', paths.crds]);
  await outputOf(options.kubectl, ['wait', '--for=condition=Established', '--timeout=60s', '-f', paths.crds]);
  await apply(['-f', '-'], account.map((each) => `---\n${JSON.stringify(each)}\n`).join(''));
  await apply(['-f', paths.rbac]);
}

/** Server-side, because a client-side apply cannot hold an API definition of half a megabyte. */
export function applier(options: {
  kubectl: Kubectl;
  ownsCluster: boolean;
}): (what: readonly string[], input?: string) => Promise<string> {
  const force = options.ownsCluster ? ['--force-conflicts'] : [];
  return async (what, input) =>
    outputOf(options.kubectl, ['apply', '--server-side', '--field-manager=portolan-up', ...force, ...what], input);
}
