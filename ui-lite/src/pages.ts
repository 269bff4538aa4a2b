import { fileURLToPath } from 'node:url';
import type { FastifyReply } from 'fastify';
import nunjucks from 'nunjucks';
import type { Assets } from './assets.ts';
import { counted } from './view-models/times.ts';

/** The pages there are; a template's name never comes from a request. */
const templates = {
  list: 'catalog.njk',
  entity: 'entity.njk',
  broken: 'broken.njk',
  runtime: 'runtime.njk',
  message: 'message.njk',
} as const;

/** What the pages include: compiled with them, or a fault in one would show at the first request. */
const parts = ['parts.njk', 'sprite.njk', 'layout.njk', 'entity-head.njk'] as const;

export type PageName = keyof typeof templates;

/** Turns a view model into HTML. */
export type RenderPage = (page: PageName, view: object) => string;

/**
 * Nothing but what this server sends itself: no inline script or style, no other origin, no frame, no form elsewhere.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cache-control': 'private, no-cache',
  vary: 'Authorization, Cookie, Accept-Encoding',
};

/** Compiles every template now, so that a broken one fails at start and no request reads a file. */
export function createRenderPage(options: { assets: Assets; version: string }): RenderPage {
  const loader = new nunjucks.FileSystemLoader(fileURLToPath(new URL('./views', import.meta.url)), {
    watch: false,
    noCache: false,
  });
  const environment = new nunjucks.Environment(loader, { autoescape: true, trimBlocks: true, lstripBlocks: true });
  environment.addFilter('counted', counted);
  environment.addFilter('number', (value: number) => value.toLocaleString('en-US'));
  for (const part of parts) environment.getTemplate(part, true);
  const compiled = {
    list: environment.getTemplate(templates.list, true),
    entity: environment.getTemplate(templates.entity, true),
    broken: environment.getTemplate(templates.broken, true),
    runtime: environment.getTemplate(templates.runtime, true),
    message: environment.getTemplate(templates.message, true),
  };
  const { stylesheet, script, live, morph, icon } = options.assets;
  const shared = {
    assets: {
      stylesheet: stylesheet.path,
      script: script.path,
      live: live.path,
      morph: morph.path,
      icon: icon.path,
    },
    version: options.version,
  };
  return (page, view) => compiled[page].render({ ...shared, ...view });
}

export function sendPage(reply: FastifyReply, html: string, status = 200): FastifyReply {
  return reply.code(status).headers(pageHeaders).send(html);
}
