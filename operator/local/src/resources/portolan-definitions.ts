import { renderManifests } from '@portolan/crds/generate';
import { parse } from 'yaml';
import type { CustomResourceDefinition } from './custom-resources.ts';

/** The CRDs of this checkout. */
export function portolanDefinitions(): CustomResourceDefinition[] {
  return [...renderManifests().values()].map((text) => parse(text) as CustomResourceDefinition);
}
