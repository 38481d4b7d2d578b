import { defineConfig } from 'vitest/config';

/** What the server must bear: crashes, full disks, hostile clients. One after the other: they measure. */
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
