import { defineConfig } from 'vitest/config';

if (!process.env.AIOS_TEST_POSTGRES_URL) {
  console.info('AIOS_TEST_POSTGRES_URL is not set: nothing is tested on PostgreSQL.');
  process.exit(0);
}

/** What is tested of every store, with servers that keep their data in PostgreSQL. */
export default defineConfig({
  test: {
    include: [
      'test/operations/**/*.test.ts',
      'test/acceptance/**/*.test.ts',
      'test/control/**/*.test.ts',
      'test/http/**/*.test.ts',
      'test/store/postgres*.test.ts',
      ...['conditions', 'jobs', 'web-hooks'].map((name) => `test/slow/${name}.test.ts`),
    ],
    env: { AIOS_TEST_STORE: 'postgres' },
    globalSetup: ['test/support/build.ts', 'test/support/postgres-run.ts'],
    maxWorkers: 3,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
