import { isIP } from 'node:net';
import { type App, type AppOptions, buildApp } from '../app.ts';
import { ADMIN_ACCOUNT_UUID } from '../contract/aios.ts';
import { dateFormatter, dateParser } from '../contract/dates.ts';
import { type DatabaseOptions, openDatabase } from '../database.ts';
import { setAdminPassword } from '../domain/credentials.ts';
import type { Resources } from '../domain/records.ts';
import { parseSeedResources } from '../domain/seed.ts';
import type { Store } from '../domain/store.ts';
import type { environment } from '../environment.ts';
import { createHar } from '../http/har.ts';
import { connectionsMax } from '../http/protocol/connection-limits.ts';
import { scryptPasswords } from '../passwords.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { createSteadyClock } from '../steady-clock.ts';
import { demo } from './demo.ts';
import { guide } from './guide.ts';

const INITIAL_PASSWORD_WARNING =
  'The platform’s initial password of admin, `password`, is valid: set another one with AIOS_ADMIN_PASSWORD.';

/** What `serve` needs from the process. */
export type ServeEnvironment = Omit<typeof environment, 'print'> &
  Pick<DatabaseOptions, 'stopping' | 'onStep'> &
  Pick<AppOptions, 'logger' | 'metrics' | 'timeouts'> & {
    /** Whether the log is for a person, who gets a guide when the server has started. */
    isInteractive?: boolean;
    /** Publishes the URL of the server, for the command `health`. */
    publishAddress?: (url: string) => void;
    /** A seed in place of the seed file. */
    seed?: unknown;
  };

/**
 * Opens the database and listens. Requests are served when it resolves.
 * @returns the app, whose `close` also closes the store, and the URL at which this machine reaches it
 * @throws SettingsError if the settings would expose the server unprotected, or it can't listen
 * @throws DatabaseOpenError
 */
export async function serve(settings: Settings, environment: ServeEnvironment) {
  assertNotExposed(settings);
  const { logger, metrics, version, nodeVersion } = environment;
  metrics.describe({ version, node_version: nodeVersion, database: settings.databaseUrl.kind });
  const passwords = scryptPasswords();
  let accepted = 0;
  const store = await openDatabase(settings, {
    ...environment,
    accepted: () => accepted,
    server: environment.newUuid(),
    onCommit: (writes) => metrics.commits.observe(writes),
    onConnectionLost: (err) => logger.warn({ err }, 'a connection to the database broke'),
    onWait: (err) => logger.warn({ err }, 'the database is not there yet, waiting for it'),
  });
  try {
    const seed = readSeed(settings, environment);
    if (settings.seedFile !== '' || environment.seed !== undefined) {
      await store.addResources(seed).catch((error) => rejectSeed(settings, error));
    }
    if (settings.adminPassword !== '') {
      const { newUuid } = environment;
      await setAdminPassword(settings.adminPassword, { store, passwords, newUuid });
    }
    const app = await buildApp({
      ...environment,
      unknownFields: settings.unknownFields,
      bodyLimit: settings.bodyLimit,
      trustProxy: settings.trustProxy,
      corsOrigins: settings.corsOrigins,
      dependencies: {
        store,
        clock: environment.clock,
        steadyClock: createSteadyClock(environment.clock, environment.now),
        pause: environment.pause,
        newUuid: environment.newUuid,
        formatDate: dateFormatter(settings.timeZone),
        parseDate: dateParser(settings.timeZone),
        passwords,
        access: {
          required: settings.auth,
          wellKnownSessions: new Set(settings.session),
          sessionLifetime: settings.sessionTimeout * 1000,
          initialPassword: isLoopback(settings.host),
        },
        strictReferences: settings.strictReferences,
        deployments: { readyAfter: settings.deployTime * 1000, url: settings.deployUrl },
      },
      reply: { mode: settings.reply, publicUrl: settings.publicUrl },
      jobRetention: settings.jobRetention * 1000,
      accessKeys: { keys: new Map(settings.accessKey), timeZone: settings.timeZone },
      hookAllow: settings.hookAllow ?? (isLoopback(settings.host) ? ['local'] : []),
      control: settings.control ? { seed } : undefined,
      record: openRecording(settings.record, version),
      limits: {
        connections: connectionsMax(environment.processLimits, settings.databaseConnections),
      },
    });
    app.addHook('onClose', () => store.close());
    app.server.on('connection', () => {
      accepted++;
    });
    const url = await listen(app, settings);
    environment.publishAddress?.(url);
    const hasInitial = await hasInitialPassword(settings, store);
    if (environment.isInteractive) logger.info(guide(settings, url, hasInitial));
    else if (hasInitial) logger.warn(INITIAL_PASSWORD_WARNING);
    if (settings.control) {
      logger.warn('AIOS_CONTROL=on: every client of the API can also reset it and make it fail.');
    }
    return { app, store, url };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Reads the resources of the seed; empty without one. */
function readSeed({ seedFile }: Settings, environment: ServeEnvironment): Resources {
  const readJson = () => {
    const [scheme, services, seed] = seedFile.split(':');
    if (scheme === 'demo') return demo({ services, seed });
    return JSON.parse(environment.readFile(seedFile).replace(/^\uFEFF/, ''));
  };
  try {
    const seed = environment.seed ?? (seedFile === '' ? {} : readJson());
    return parseSeedResources(seed, environment);
  } catch (error) {
    return rejectSeed({ seedFile }, error);
  }
}

/** @throws SettingsError if the file can't be written */
function openRecording(file: string, version: string) {
  try {
    return file === '' ? undefined : createHar(file, version);
  } catch (error) {
    throw new SettingsError(`AIOS_RECORD=${file}: ${(error as Error).message}.`);
  }
}

function rejectSeed({ seedFile }: Pick<Settings, 'seedFile'>, error: unknown): never {
  // The parser's message quotes the text around the error, which may be a token.
  const message = (error as Error).message.replace(
    /, (?:\.\.\.)?".*"(?:\.\.\.)?(?= is not valid JSON$)/s,
    ', which',
  );
  const [line] = message.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ').match(/^.{0,1000}/u) ?? [];
  throw new SettingsError(`${seedFile === '' ? 'seed' : `AIOS_SEED_FILE=${seedFile}`}: ${line}`);
}

/** Whether the platform's initial password is valid, and needed. */
async function hasInitialPassword({ auth, host }: Settings, store: Store): Promise<boolean> {
  if (!auth || !isLoopback(host)) return false;
  // The health check reports an unreachable database.
  const password = await store.findPassword(ADMIN_ACCOUNT_UUID).catch(() => 'unknown');
  return password === undefined;
}

/** @returns the URL at which this machine reaches the server */
async function listen(app: App, { host, port }: Settings): Promise<string> {
  try {
    return await app.listen({
      host,
      port,
      listenTextResolver: (address) => `${address} serves the API, docs at ${address}/docs`,
    });
  } catch (error) {
    const { message, syscall, code } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE';
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
    throw new SettingsError(
      `AIOS_HOST=${host} and AIOS_PORT=${port} can't be listened on: ${message}${isTaken ? ', choose another port, as in `--port 9000`' : ''}.`,
    );
  }
}

/** @throws SettingsError if other machines could connect without authentication */
function assertNotExposed({ host, auth, session, accessKey, adminPassword }: Settings): void {
  const hasSecret = session.length > 0 || accessKey.length > 0 || adminPassword !== '';
  if (isLoopback(host) || !auth || hasSecret) return;
  throw new SettingsError(
    `AIOS_HOST=${host} lets other machines connect: set AIOS_SESSION to a session UUID of your own ` +
      '(32 lower-case hexadecimal digits), AIOS_ADMIN_PASSWORD to a password to log in with, ' +
      'AIOS_ACCESS_KEY to a key to sign with, or AIOS_AUTH=off if every client may do everything.',
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
