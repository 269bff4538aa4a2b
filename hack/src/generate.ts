import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderManifests } from '@portolan/crds/generate';
import { checkout } from './paths.ts';

/** Files that are generated into one folder, and nothing else lies there. */
interface Generator {
  folder: string;
  /** Content by path, relative to the folder. */
  render: () => ReadonlyMap<string, string>;
}

const generators: readonly Generator[] = [{ folder: 'crds/manifests', render: renderManifests }];

/** Paths whose content is not what it must be, relative to the checkout: changed, missing, or left over. */
async function differences({ folder, render }: Generator): Promise<string[]> {
  const rendered = render();
  const root = join(checkout, folder);
  const present = await readdir(root, { recursive: true }).catch(() => []);
  const leftOver = present.filter((path) => path.includes('.') && !rendered.has(path));
  const different: string[] = [];
  for (const [path, content] of rendered) {
    const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (found !== content) different.push(path);
  }
  return [...different, ...leftOver].map((path) => join(folder, path)).toSorted();
}

async function write({ folder, render }: Generator, path: string): Promise<void> {
  const file = join(checkout, path);
  const content = render().get(path.slice(folder.length + 1));
  if (content === undefined) {
    await rm(file);
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** `npm run generate` writes what differs; `npm run verify` (`--check`) fails on it. */
async function main(isCheck: boolean): Promise<number> {
  let count = 0;
  for (const generator of generators) {
    for (const path of await differences(generator)) {
      count += 1;
      if (!isCheck) await write(generator, path);
      process.stdout.write(`${isCheck ? 'differs' : 'written'}: ${path}\n`);
    }
  }
  if (count === 0) process.stdout.write('Generated files are up to date.\n');
  else if (isCheck) process.stdout.write('Run npm run generate and commit the result.\n');
  return isCheck && count > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.includes('--check'));
