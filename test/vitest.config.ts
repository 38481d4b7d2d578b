import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'test/faults/**', 'test/store/postgres*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    maxWorkers: 3,
    // Each file would load the server's packages anew; no file keeps state in a module.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { include: ['src/**/*.ts'], exclude: ['src/scripts/**'] },
  },
});
