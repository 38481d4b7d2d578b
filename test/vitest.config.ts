import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/slow/**',
      'test/console/pages/**',
      'test/faults/**',
      'test/attacks/**',
      'test/store/postgres*.test.ts',
    ],
    globalSetup: ['test/support/build.ts'],
    maxWorkers: 3,
    // Each file would load the server's packages anew; no module has state.
    isolate: false,
    // Many times the usual duration, so that a busy machine fails no test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['src/**/*.ts'], exclude: ['src/scripts/**'] },
  },
});
