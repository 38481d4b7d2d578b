import { defineConfig } from 'vitest/config';

/** Tests of crashes, full disks and hostile clients. Run sequentially, since they measure. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
