import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: './src/store/postgres/tables.ts',
  out: './migrations/postgres',
});
