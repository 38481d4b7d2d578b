import { pino } from 'pino';
import { buildApp } from '../app.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';

export const OPENAPI_FILE = 'openapi/openapi.json';

/** The document of the app as it would be served, as the committed file holds it. */
export async function renderOpenapi(): Promise<string> {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations/sqlite' });
  const app = await buildApp({
    ports: {
      store,
      clock: () => 0,
      newUuid: () => '',
      formatDate: String,
      strictReferences: false,
    },
    logger: pino({ level: 'silent' }),
    authorization: { required: true, sessions: new Set() },
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
