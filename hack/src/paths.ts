import { join } from 'node:path';

/** The checkout that these scripts belong to. */
export const checkout = join(import.meta.dirname, '..', '..');

export const paths = {
  crds: join(checkout, 'crds', 'manifests'),
  rbac: join(checkout, 'charts', 'portolan', 'files', 'rbac'),
  namespacedRbac: join(checkout, 'charts', 'portolan', 'files', 'rbac-namespaced', 'operator.yaml'),
  samples: join(checkout, 'hack', 'samples'),
  stages: join(checkout, 'hack', 'samples', 'kwok', 'stages.yaml'),
  nodes: join(checkout, 'hack', 'samples', 'kwok', 'nodes.yaml'),
  operatorEntry: join(checkout, 'operator', 'app', 'bin', 'portolan'),
  upState: join(checkout, '.portolan', 'up'),
  testState: join(checkout, '.portolan', 'test'),
};
