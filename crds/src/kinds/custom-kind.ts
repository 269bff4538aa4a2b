import type { z } from 'zod';
import { kindSchemas } from './kind-schemas.ts';
import type { Column, KindInfo } from './kinds.ts';
import { objectRules, specTransitionRules, type NamedObject, type Rule, type TransitionRule } from './rules.ts';

/** Everything that a CustomResourceDefinition of ours is made from. */
export interface CustomKind {
  kind: string;
  plural: string;
  singular: string;
  shortName: string;
  /** The names by which `kubectl get` lists it together with others. */
  categories: readonly string[];
  /** What the kind is, as `kubectl explain` shows it. */
  description: string;
  spec: z.ZodObject;
  status: z.ZodObject;
  specRules: readonly Rule<Record<string, unknown>>[];
  /** Rules on `spec` that compare it with the one before. */
  transitionRules: readonly TransitionRule[];
  /** Rules on the whole object. */
  objectRules: readonly Rule<NamedObject>[];
  columns: readonly Column[];
  /** JSON paths of fields that `kubectl get --field-selector` understands. */
  selectableFields: readonly string[];
}

/** A kind of entity with what all of them have in common. */
export function entityDefinition(info: KindInfo): CustomKind {
  return {
    ...info,
    ...kindSchemas[info.kind],
    categories: ['portolan', 'catalog'],
    transitionRules: specTransitionRules,
    objectRules,
  };
}
