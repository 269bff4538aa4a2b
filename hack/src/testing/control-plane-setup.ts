import type { TestProject } from 'vitest/node';
import {
  readSharedControlPlane,
  sharedControlPlaneVariable,
  startSharedControlPlane,
  type SharedControlPlane,
} from './shared-control-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    controlPlane: SharedControlPlane;
  }
}

let stop: (() => Promise<void>) | undefined;

/** Vitest's global setup of the tiers that need a control plane: takes the one that runs, else starts one for all. */
export async function setup(project: TestProject): Promise<void> {
  const running = process.env[sharedControlPlaneVariable];
  if (running !== undefined) {
    project.provide('controlPlane', await readSharedControlPlane(running));
    return;
  }
  const started = await startSharedControlPlane((line) => process.stderr.write(`${line}\n`));
  // The other projects of this run find it here.
  process.env[sharedControlPlaneVariable] = started.file;
  stop = started.stop;
  project.provide('controlPlane', started.shared);
}

export async function teardown(): Promise<void> {
  await stop?.();
}
