import { defineConfig } from 'vitest/config';

/** What takes long: many rows, much traffic. `npm test` goes without it. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // One after the other: they measure times.
    maxWorkers: 1,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
