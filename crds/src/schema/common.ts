import { z } from 'zod';
import { freeForm, list, patternText, ref, set, text } from './fields.ts';

/** Name rule of Backstage: what object names of Kubernetes allow, and upper case and `_`. */
const entityNamePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
/** A scheme and what follows it; which schemes become links is the matter of whoever shows them. */
const urlPattern = /^[A-Za-z][A-Za-z0-9+.-]*:[^ \t\r\n]+$/;
const tagPattern = /^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$/;

export const url = (): z.ZodString =>
  patternText(2048, urlPattern, 'must be an absolute URL such as https://example.com/');

const link = z.strictObject({
  url: url().describe('Where it leads. Must be an absolute URL.'),
  title: text(200, 1).optional().describe('What to call it.'),
  icon: text(63, 1).optional().describe('Name of an icon, such as docs, dashboard or chat.'),
  type: text(63, 1).optional().describe('What sort of link it is, for tools that look for one sort.'),
});

/** What every kind of entity has beside its own fields. */
export const commonFields = {
  entityName: patternText(
    63,
    entityNamePattern,
    'must have letters, digits, "-", "_" and ".", and begin and end with a letter or digit',
  )
    .optional()
    .describe(
      'The name of the entity where Kubernetes forbids its spelling, as in Billing_Gateway. Lower-cased and with "-" for "_" and "." it must give metadata.name. It can be neither added, changed nor removed later.',
    ),
  title: text(200, 1).optional().describe('A name for people; without it the entity is shown by its name.'),
  description: text(8192).optional().describe('What it is and what it is for, in plain text or Markdown.'),
  tags: set(
    patternText(63, tagPattern, 'must have lower-case letters, digits, ":", "+" and "#", separated by single "-"'),
    50,
  )
    .optional()
    .describe('Short words to find it by, such as java or tier-1.'),
  links: list(link, 50).optional().describe('Links to what belongs to it: dashboards, runbooks, chat rooms.'),
  extensions: freeForm()
    .optional()
    .describe(
      'Fields of spec that Portolan does not know, kept as they are and merged into spec where the entity is read. Must not repeat a declared field. At most 64 KiB and 8 levels together with metadataExtensions.',
    ),
  metadataExtensions: freeForm()
    .optional()
    .describe(
      'Fields of metadata that neither Kubernetes nor Portolan knows, merged into metadata where the entity is read. Must not repeat a declared field.',
    ),
};

export const owner = (): z.ZodString =>
  ref().describe(
    "The team or person who answers for it: [group:][namespace/]name, or user:[namespace/]name. The kind defaults to Group, the namespace to this object's.",
  );

export const system = (): z.ZodOptional<z.ZodString> =>
  ref()
    .optional()
    .describe("The System that it is part of: [namespace/]name. The namespace defaults to this object's.");

export const lifecycle = (): z.ZodString =>
  text(63, 1).describe('How far it is: experimental, production, deprecated, or a word of your own.');

export const profile = z.strictObject({
  displayName: text(200, 1).optional().describe('The name to show.'),
  email: text(320, 1).optional().describe('E-mail address.'),
  picture: url().optional().describe('URL of a picture.'),
});

const workloadReference = z.strictObject({
  kind: patternText(63, /^[A-Z][A-Za-z0-9]*$/, 'must be the name of a kind in CamelCase, such as Deployment').describe(
    'Deployment, StatefulSet, DaemonSet, CronJob, Job, ReplicaSet, Pod, or a kind that the operator is told to watch by --workload-kinds.',
  ),
  group: patternText(
    253,
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    'must be the name of an API group: lower-case letters, digits, "-" and "."',
  )
    .optional()
    .describe('API group of the kind, such as argoproj.io; needed only where two groups have a kind of that name.'),
  name: patternText(
    253,
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    'must be the name of an object: lower-case letters, digits, "-" and "."',
  ).describe('Name of the workload.'),
  namespace: patternText(
    63,
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'must be the name of a namespace: lower-case letters, digits and "-"',
  )
    .optional()
    .describe(
      "Namespace of the workload; this object's by default. Another one must consent, by portolan.dev/component on the workload or portolan.dev/allow-links-from on the Namespace.",
    ),
});

export const workloads = (): z.ZodOptional<z.ZodArray<typeof workloadReference>> =>
  list(workloadReference, 50)
    .optional()
    .describe(
      'The workloads that run it, where neither annotations nor labels say so. Usually the label app.kubernetes.io/name on the workload is enough.',
    );
