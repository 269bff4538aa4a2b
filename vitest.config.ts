import { defineConfig } from 'vitest/config';

const folders = '{crds,operator/*,api,ui-lite,hack}/src';
const tiers = ['socket', 'cluster', 'process', 'browser'] as const;

/**
 * One vitest project per tier of CONTRIBUTING.md. A test file names its tier before `.test.ts`;
 * without one it is pure. Tiers that need a control plane share one, started by `globalSetup`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${folders}/**/*.test.ts`],
          exclude: tiers.map((tier) => `${folders}/**/*.${tier}.test.ts`),
        },
      },
      { test: { name: 'socket', include: [`${folders}/**/*.socket.test.ts`], testTimeout: 30_000 } },
      ...(['cluster', 'process', 'browser'] as const).map((tier) => ({
        test: {
          name: tier,
          include: [`${folders}/**/*.${tier}.test.ts`],
          globalSetup: ['./hack/src/testing/control-plane-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      })),
    ],
  },
});
