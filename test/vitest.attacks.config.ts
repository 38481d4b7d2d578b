import { defineConfig } from 'vitest/config';

/** Attacks against the built server, each bounded in count and time. Run sequentially, since they measure. */
export default defineConfig({
  test: {
    include: ['test/attacks/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
