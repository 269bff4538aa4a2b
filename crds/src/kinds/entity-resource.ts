import type { z } from 'zod';
import type { EntityStatus } from '../status/status.ts';
import type { EntityKind } from './kinds.ts';
import type { apiSpec, componentSpec, domainSpec, groupSpec, resourceSpec, systemSpec, userSpec } from './specs.ts';

export type ComponentSpec = z.input<typeof componentSpec>;
export type APISpec = z.input<typeof apiSpec>;
export type ResourceSpec = z.input<typeof resourceSpec>;
export type SystemSpec = z.input<typeof systemSpec>;
export type DomainSpec = z.input<typeof domainSpec>;
export type GroupSpec = z.input<typeof groupSpec>;
export type UserSpec = z.input<typeof userSpec>;

/** The spec of any kind of entity. */
export type EntitySpec = ComponentSpec | APISpec | ResourceSpec | SystemSpec | DomainSpec | GroupSpec | UserSpec;

/** An entity as the API server hands it out. */
export interface EntityResource {
  apiVersion: string;
  kind: EntityKind;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: EntitySpec;
  status?: EntityStatus;
}
