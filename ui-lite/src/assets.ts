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
  /** Keeps a page up to date; loaded by pages that can be. */
  live: Asset;
  /** Changes a page in place; loaded with the first update. */
  morph: Asset;
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
  'broken.css',
  'runtime.css',
  'live.css',
  'narrow.css',
  'print.css',
] as const;

/** The library as it is published: one script that declares `Idiomorph`. It is made a module by what it exports. */
const morphScript = new URL(import.meta.resolve('idiomorph/dist/idiomorph.min.js'));
const morphExport = '\nexport { Idiomorph };\n';

const folder = new URL('./static/', import.meta.url);

/** Reads everything once; the stylesheets become one file. */
export async function loadAssets(): Promise<Assets> {
  const read = (name: string) => readFile(new URL(name, folder));
  const css = Buffer.concat(await Promise.all(stylesheets.map(read)));
  const stylesheet = asset('portolan', 'css', 'text/css; charset=utf-8', css);
  const javascript = (name: string, body: Buffer) => asset(name, 'js', 'text/javascript; charset=utf-8', body);
  const script = javascript('portolan', await read('portolan.js'));
  const live = javascript('live', await read('live.js'));
  const morph = javascript('morph', Buffer.concat([await readFile(morphScript), Buffer.from(morphExport)]));
  const icon = asset('icon', 'svg', 'image/svg+xml', await read('icon.svg'));
  const byPath = new Map([stylesheet, script, live, morph, icon].map((each) => [each.path, each]));
  return { stylesheet, script, live, morph, icon, byFile: (file) => byPath.get(`/static/${file}`) };
}

function asset(name: string, extension: string, contentType: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/static/${name}-${hash}.${extension}`, contentType, body };
}
