import { delimiter, join } from 'node:path';
import { CommandError } from './command-error.ts';

/**
 * The kubeconfig file that kubectl would take: the flag, else `KUBECONFIG`, else `~/.kube/config`. Pure: what exists is
 * asked of `exists`.
 * @throws {CommandError} `COMMAND_FAILED` where there is none, or where `KUBECONFIG` names several
 */
export function kubeconfigFile(options: {
  flag: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  exists: (file: string) => boolean;
}): string {
  const { flag, env, home, exists } = options;
  if (flag !== undefined) return flag;
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const [file, another] = (named.length > 0 ? named : [join(home, '.kube', 'config')]).filter(exists);
  if (another !== undefined) {
    throw new CommandError(
      'COMMAND_FAILED',
      'KUBECONFIG names several files, and they are not merged here: write "kubectl config view --raw --flatten" to a file and pass it with --kubeconfig.',
    );
  }
  if (file !== undefined) return file;
  const where =
    named.length > 0
      ? `KUBECONFIG names ${named.join(delimiter)}, which does not exist`
      : '~/.kube/config does not exist';
  throw new CommandError('COMMAND_FAILED', `There is no kubeconfig: ${where}; pass one with --kubeconfig.`);
}
