import type { Catalog } from '@portolan/catalog';
import type { FastifyPluginAsync } from 'fastify';
import type { SourceState } from './view-models/sources.ts';

export interface UiOptions {
  /** What the pages show. */
  catalog: Catalog;
  /** Portolan's own version, for the page footer. */
  version: string;
  /** The state of the watched resources; pages carry a banner while one is not connected. Default: none. */
  sources?: () => readonly SourceState[];
  /** For relative dates, in milliseconds since the epoch. Default: the system's. */
  clock?: { now(): number };
}

/** The server-rendered pages: `/`, `/catalog`, `/catalog/:namespace/:kind/:name` and `/static/*`. */
export const uiPlugin: FastifyPluginAsync<UiOptions> = async () => {};
