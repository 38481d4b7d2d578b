import { defineConfig } from 'vitest/config';

/** Tests of the console in an installed Chromium. */
export default defineConfig({
  test: {
    include: ['test/console/pages/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
