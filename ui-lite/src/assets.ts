import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A static file under a name that changes with its content. */
export interface Asset {
  path: string;
  contentType: string;
  body: Buffer;
}

export interface Assets {
  stylesheet: Asset;
  script: Asset;
  icon: Asset;
  byFile(file: string): Asset | undefined;
}

/** In cascade order: later files win. */
export const stylesheets = [
  'tokens.css',
  'base.css',
  'shell.css',
  'parts.css',
  'list.css',
  'entity.css',
  'narrow.css',
  'print.css',
] as const;

const folder = new URL('./static/', import.meta.url);

/** Reads everything once; the stylesheets become one file. */
export async function loadAssets(): Promise<Assets> {
  const read = (name: string) => readFile(new URL(name, folder));
  const css = Buffer.concat(await Promise.all(stylesheets.map(read)));
  const stylesheet = asset('portolan', 'css', 'text/css; charset=utf-8', css);
  const script = asset('portolan', 'js', 'text/javascript; charset=utf-8', await read('portolan.js'));
  const icon = asset('icon', 'svg', 'image/svg+xml', await read('icon.svg'));
  const byPath = new Map([stylesheet, script, icon].map((each) => [each.path, each]));
  return { stylesheet, script, icon, byFile: (file) => byPath.get(`/static/${file}`) };
}

function asset(name: string, extension: string, contentType: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/static/${name}-${hash}.${extension}`, contentType, body };
}
