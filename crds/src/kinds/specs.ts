import { z } from 'zod';
import { commonFields, lifecycle, owner, profile, system, url, workloads } from '../schema/common.ts';
import { list, patternText, ref, refs, refsWithKind, text } from '../schema/fields.ts';

/** Fields as in Backstage's descriptor format; where they mean the same they have the same name. */

const type = (examples: string): z.ZodString =>
  text(63, 1).describe(`What sort it is: ${examples}, or a word of your own.`);

const dependsOn = refsWithKind()
  .optional()
  .describe('What it needs to work: kind:[namespace/]name, of any kind. The kind must be named.');
const dependencyOf = refsWithKind()
  .optional()
  .describe('What needs it, where the other side cannot say so itself: kind:[namespace/]name.');

export const componentSpec = z.strictObject({
  ...commonFields,
  type: type('service, website, library'),
  lifecycle: lifecycle(),
  owner: owner(),
  system: system(),
  subcomponentOf: ref().optional().describe('The Component that it is a part of: [namespace/]name.'),
  providesApis: refs().optional().describe('The APIs that it offers: [namespace/]name each.'),
  consumesApis: refs().optional().describe('The APIs that it calls: [namespace/]name each.'),
  dependsOn,
  dependencyOf,
  workloads: workloads(),
});

const configMapKey = z.strictObject({
  name: patternText(
    253,
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    'must be the name of an object: lower-case letters, digits, "-" and "."',
  ).describe('Name of a ConfigMap in this namespace.'),
  key: patternText(
    253,
    /^[-._a-zA-Z0-9]+$/,
    'must be a key of a ConfigMap: letters, digits, "-", "_" and "."',
  ).describe('The key whose value is the definition.'),
});

const remote = z.strictObject({
  type: text(63, 1).describe('Transport of the remote, such as streamable-http or sse.'),
  url: url().describe('Where it is reached.'),
});

export const apiSpec = z.strictObject({
  ...commonFields,
  type: type('openapi, asyncapi, graphql, grpc, mcp-server'),
  lifecycle: lifecycle(),
  owner: owner(),
  system: system(),
  definition: text(524_288, 1)
    .optional()
    .describe('The definition itself, up to 512 KiB. Apply large ones server-side: kubectl apply --server-side.'),
  definitionFrom: z
    .strictObject({ configMapKeyRef: configMapKey.describe('The ConfigMap and key that hold it.') })
    .optional()
    .describe('Where the definition lies instead of here.'),
  remotes: list(remote, 50, 1)
    .optional()
    .describe('Where an API without a definition is reached, such as an MCP server.'),
});

export const resourceSpec = z.strictObject({
  ...commonFields,
  type: type('database, s3-bucket, kubernetes-cluster'),
  owner: owner(),
  system: system(),
  dependsOn,
  dependencyOf,
  workloads: workloads(),
});

export const systemSpec = z.strictObject({
  ...commonFields,
  owner: owner(),
  domain: ref().optional().describe('The Domain that it belongs to: [namespace/]name.'),
  type: type('product, service, feature-set').optional(),
});

export const domainSpec = z.strictObject({
  ...commonFields,
  owner: owner(),
  subdomainOf: ref().optional().describe('The Domain that it is a part of: [namespace/]name.'),
  type: type('product-area, product-group, bundle').optional(),
});

export const groupSpec = z.strictObject({
  ...commonFields,
  type: type('team, business-unit, product-area, root'),
  profile: profile.optional().describe('How the group is shown.'),
  parent: ref().optional().describe('The Group above it: [namespace/]name.'),
  children: refs(2000)
    .default([])
    .describe('The Groups directly below it. It is enough that one side names the other.'),
  members: refs(2000).optional().describe('The Users in it. It is enough that one side names the other.'),
});

export const userSpec = z.strictObject({
  ...commonFields,
  profile: profile.optional().describe('How the person is shown.'),
  memberOf: refs().default([]).describe('The Groups that the person is in: [namespace/]name each.'),
});
