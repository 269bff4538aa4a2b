import type { Adoption, ProposedComponent } from '@portolan/controllers/adopt';
import { stringify } from 'yaml';

/** kubectl reads YAML 1.1, where an unquoted `on` or `no` is a boolean and `1_000` a number: a name must stay a text. */
const yamlOptions = { lineWidth: 0, compat: 'yaml-1.1' } as const;

/**
 * The manifests as one YAML stream for `kubectl apply -f -`. A Component without an owner stands there as a comment:
 * nobody is made responsible by accident, and whoever edits the file finds what is missing.
 */
export function renderManifests({ components }: Pick<Adoption, 'components'>): string {
  return components.map((each) => documentOf(each)).join('');
}

/** One line for each Component: namespace/name, owner, workloads; separated by tabs. */
export function renderNames({ components }: Pick<Adoption, 'components'>): string {
  return components
    .map(({ manifest, workloads }) => {
      const { metadata, spec } = manifest;
      const runs = workloads.map(({ kind, name }) => `${kind}/${name}`).join(',');
      return `${metadata.namespace}/${metadata.name}\t${spec.owner ?? '<no owner>'}\t${runs}\n`;
    })
    .join('');
}

/** Text of the cluster as a terminal and a comment can take it: one line, printable. */
export function plain(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]+/g, '?');
}

function documentOf({ manifest, workloads }: ProposedComponent): string {
  const runs = workloads.map(({ kind, name, images }) => {
    const from = images.length === 0 ? '' : ` (${images.join(', ')})`;
    return `# ${plain(`${kind} ${name}${from}`)}\n`;
  });
  const { type, lifecycle, owner = '', ...rest } = manifest.spec;
  const body = stringify({ ...manifest, spec: { type, lifecycle, owner, ...rest } }, yamlOptions);
  if (manifest.spec.owner !== undefined) return `---\n${runs.join('')}${body}`;
  const commented = `---\n${body}`.replaceAll(/^/gm, '# ').replace(/# $/, '');
  return `# No owner is known: fill it in and take the "# " away, or run again with --owner.\n${runs.join('')}${commented}`;
}
