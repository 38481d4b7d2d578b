import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: './src/store/postgres/drizzle-schema.cjs',
  out: './migrations/postgres',
});
