import { describe, expect, it } from 'vitest';
import { CommandError } from '../command-error.ts';
import { kubeconfigFile } from '../kubeconfig-file.ts';
import { parseAdoptArguments } from './arguments.ts';

function refusal(run: () => unknown): [number, string] | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return [error.exitCode, error.message];
    throw error;
  }
  return undefined;
}

describe('the flags of adopt', () => {
  it('have defaults, and short forms as kubectl has them', () => {
    const defaults = {
      owner: undefined,
      lifecycle: 'production',
      output: 'yaml',
      kubeconfig: undefined,
      context: undefined,
    };
    expect(parseAdoptArguments(['-n', 'shop'])).toEqual({ namespace: 'shop', ...defaults });
    expect(parseAdoptArguments(['-A', '-o', 'names', '--owner=group:org/team', '--context', 'c'])).toEqual({
      ...defaults,
      namespace: undefined,
      output: 'names',
      owner: 'group:org/team',
      context: 'c',
    });
    expect(parseAdoptArguments(['-n', 'shop', '--help'])).toBe('help');
  });

  it.each([
    [[], /name one namespace with --namespace, or take --all-namespaces/],
    [['-n', 'a', '-A'], /name one namespace/],
    [['-n', 'No_Name'], /--namespace: must be a namespace name.*"No_Name"/],
    [['-n', 'a', '-o', 'json'], /--output: must be one of yaml, names \(got "json"\)/],
    [['-n', 'a', '--owner', 'a:b:c'], /--owner: .*\[kind:\]\[namespace\/\]name.*such as/],
    [['-n', 'a', '--lifecycle', ''], /--lifecycle: must have 1 to 63/],
    [['-n', 'a', '--prot', 'x'], /--prot.*--help/],
    [['-n', 'a', 'more'], /more/],
  ])('%j are refused with exit code 2 and the field', (args, words) => {
    expect(refusal(() => parseAdoptArguments(args))).toEqual([2, expect.stringMatching(words)]);
  });
});

describe('the kubeconfig', () => {
  const from = (flag: string | undefined, KUBECONFIG: string | undefined, existing: readonly string[]) =>
    kubeconfigFile({ flag, env: { KUBECONFIG }, home: '/home/ada', exists: (file) => existing.includes(file) });

  it('is that of the flag, else of KUBECONFIG, else of the home', () => {
    expect(from('/f', '/k', ['/k'])).toBe('/f');
    expect(from(undefined, '/gone:/k', ['/k', '/home/ada/.kube/config'])).toBe('/k');
    expect(from(undefined, undefined, ['/home/ada/.kube/config'])).toBe('/home/ada/.kube/config');
  });

  it.each([
    [undefined, [], /no kubeconfig: ~\/\.kube\/config does not exist; pass one with --kubeconfig/],
    ['/k', [], /KUBECONFIG names \/k, which does not exist/],
    ['/k:/l', ['/k', '/l'], /several files.*kubectl config view --raw --flatten/],
  ])('that cannot be told (%s) is one sentence and exit code 1', (variable, existing, words) => {
    expect(refusal(() => from(undefined, variable, existing))).toEqual([1, expect.stringMatching(words)]);
  });
});
