import { defineConfig } from 'vitest/config';

/** Tests that take long: many rows, much traffic. Not part of `npm test`. */
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
