import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { z } from 'zod';

/** One documented route of the API. The description and the registration come from the same entry. */
export interface ApiRoute {
  method: 'GET' | 'POST';
  /** Inside the plugin, with `:name` parameters. */
  path: string;
  summary: string;
  query: z.ZodObject;
  params?: z.ZodObject;
  body?: z.ZodObject;
  /** Name of the answer's schema in the description. */
  answer: string;
  /** Answers with server-sent events of this schema instead of JSON, for as long as the caller stays. */
  isStream?: boolean;
  /** Refusals in the description, by status; default: 400, and 404 where there are parameters. */
  refusals?: Readonly<Record<number, string>>;
  handler: RouteHandlerMethod;
}

export interface ApiFeature {
  /** Like `/api/catalog`. */
  prefix: string;
  routes: readonly ApiRoute[];
}

/** Registers the routes of one feature under its prefix. */
export function registerFeature(app: FastifyInstance, feature: ApiFeature): void {
  for (const { method, path, handler, isStream = false } of feature.routes) {
    // Of a stream there is no head to ask for: it would begin one.
    app.route({ method, url: `${feature.prefix}${path}`, handler, exposeHeadRoute: !isStream });
  }
}
