// Says by its exit code whether node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json
// at the end of each install, with the same entries; an interrupted install has none. Runs on the machine's own Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2] ?? '.';

function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  return packages;
}

function isSame(wanted, installed) {
  if (installed === undefined) return wanted.optional === true || wanted.devOptional === true;
  return wanted.version === installed.version && wanted.integrity === installed.integrity;
}

try {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  const paths = Object.keys(wanted).filter((path) => path.startsWith('node_modules/'));
  const complete = paths.every((path) => isSame(wanted[path], installed[path]));
  const exact = Object.keys(installed).every((path) => wanted[path] !== undefined || isOfNode(path));
  process.exitCode = complete && exact ? 0 : 1;
} catch {
  process.exitCode = 1;
}

// The package `node` installs its binary into a node_modules of its own.
function isOfNode(path) {
  return path.startsWith('node_modules/node/node_modules/');
}
