import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import { dateFormatter } from './contract/dates.ts';
import type { Ports } from './domain/ports.ts';
import { type Settings, SettingsError } from './settings.ts';
import { openSqliteStore } from './store/sqlite/open-store.ts';

/** What the process lends to its commands. */
export interface World extends Pick<Ports, 'clock' | 'newUuid'> {
  logger: Logger;
  /** The program's own version. */
  version: string;
  /** Folder with the migrations of every kind of database. */
  migrationsFolder: string;
}

/**
 * Opens the database and listens. When it resolves, requests are served.
 * @returns the app, whose `close` also closes the database
 * @throws SettingsError where the settings would let strangers in, or the address can't be had
 * @throws DatabaseRefused
 */
export async function serve(settings: Settings, world: World): Promise<App> {
  refuseStrangers(settings);
  const { logger } = world;
  const { databaseUrl } = settings;
  const file = databaseUrl.kind === 'memory' ? ':memory:' : databaseUrl.path;
  const store = openSqliteStore({ file, migrationsFolder: `${world.migrationsFolder}/sqlite` });
  try {
    const app = await buildApp({
      ports: {
        store,
        clock: world.clock,
        newUuid: world.newUuid,
        formatDate: dateFormatter(settings.timeZone),
        strictReferences: settings.strictReferences,
      },
      logger,
      authorization: { required: settings.auth === 'on', sessions: new Set(settings.session) },
      unknownFields: settings.unknownFields,
      bodyLimit: settings.bodyLimit,
      trustProxy: settings.trustProxy,
      corsOrigins: settings.corsOrigins,
      version: world.version,
    });
    app.addHook('onClose', () => store.close());
    await listen(app, settings);
    if (settings.auth === 'on' && settings.session.length === 0) {
      logger.warn(
        'No session is known, so every call of the API will be refused: start with ' +
          `AIOS_SESSION=${world.newUuid()} (or a session UUID of your own) and send it as ` +
          '`Authorization: OAuth <uuid>`, or start with AIOS_AUTH=off.',
      );
    }
    return app;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function listen(app: App, { host, port }: Settings): Promise<void> {
  try {
    await app.listen({
      host,
      port,
      listenTextResolver: (address) => `${address} serves the API, docs at ${address}/docs`,
    });
  } catch (error) {
    const { message, syscall } = error as NodeJS.ErrnoException;
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
    throw new SettingsError(
      `AIOS_HOST=${host} and AIOS_PORT=${port} can't be listened on: ${message}.`,
    );
  }
}

/** @throws SettingsError where others than this machine could connect and nothing keeps them out */
function refuseStrangers({ host, auth, session }: Settings): void {
  if (isLoopback(host) || auth === 'off' || session.length > 0) return;
  throw new SettingsError(
    `AIOS_HOST=${host} lets other machines connect: set AIOS_SESSION to a session UUID of your own ` +
      '(32 lower-case hexadecimal digits), or AIOS_AUTH=off if anybody may do anything.',
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
