import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
}

/** Writes a copy of a kubeconfig that reaches the same API server through another local port; returns its file. */
export async function throughPort(options: { kubeconfig: string; port: number; directory: string }): Promise<string> {
  const { kubeconfig, port, directory } = options;
  const config = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${port}`;
  const file = join(directory, `through-${port}.kubeconfig`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
