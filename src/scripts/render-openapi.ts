import { pino } from 'pino';
import { buildApp } from '../app.ts';
import { Metrics } from '../http/observe/metrics.ts';
import { scryptPasswords } from '../passwords.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';

export const OPENAPI_FILE = 'openapi/openapi.json';

/** The document of the app as it would be served, as the committed file holds it. */
export async function renderOpenapi(): Promise<string> {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations/sqlite' });
  const app = await buildApp({
    dependencies: {
      store,
      clock: () => 0,
      pause: async () => {},
      newUuid: () => '',
      formatDate: String,
      parseDate: Number,
      passwords: scryptPasswords(),
      access: {
        required: true,
        wellKnownSessions: new Set(),
        sessionLifetime: 0,
        initialPassword: false,
      },
      strictReferences: false,
    },
    logger: pino({ level: 'silent' }),
    reply: { mode: 'auto', publicUrl: '' },
    jobRetention: 1,
    accessKeys: { keys: new Map(), timeZone: 'UTC' },
    hookAllow: [],
    metrics: new Metrics(),
    unknownFields: 'ignore',
    bodyLimit: 1,
    trustProxy: false,
    corsOrigins: [],
    version: '',
  });
  await app.ready();
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  await store.close();
  return document;
}
