import type { z } from 'zod';
import { entityStatus, linkingEntityStatus } from '../status/status.ts';
import type { EntityKind } from './kinds.ts';
import { apiSpecRules, type Rule } from './rules.ts';
import { apiSpec, componentSpec, domainSpec, groupSpec, resourceSpec, systemSpec, userSpec } from './specs.ts';

/** What a kind allows. */
export interface KindSchema {
  spec: z.ZodObject;
  status: z.ZodObject;
  /** Rules on `spec`; those on the whole object are the same for every kind. */
  specRules: readonly Rule<Record<string, unknown>>[];
}

/** The schemas of all kinds: what is checked at admission and becomes the CRDs. */
export const kindSchemas: Readonly<Record<EntityKind, KindSchema>> = {
  Component: { spec: componentSpec, status: linkingEntityStatus, specRules: [] },
  API: { spec: apiSpec, status: entityStatus, specRules: apiSpecRules },
  Resource: { spec: resourceSpec, status: linkingEntityStatus, specRules: [] },
  System: { spec: systemSpec, status: entityStatus, specRules: [] },
  Domain: { spec: domainSpec, status: entityStatus, specRules: [] },
  Group: { spec: groupSpec, status: entityStatus, specRules: [] },
  User: { spec: userSpec, status: entityStatus, specRules: [] },
};
