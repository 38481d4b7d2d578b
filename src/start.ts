import { pino } from 'pino';
import { serve } from './cli/serve.ts';
import { CONTEXT_PATH } from './contract/aios.ts';
import { parseClock, parseFaults, parseJournalFilter } from './control/settings.ts';
import { parseSeedResources, toSeed } from './domain/seed.ts';
import { environment } from './environment.ts';
import { Metrics } from './http/metrics.ts';
import type * as library from './library.ts';
import { readSettings } from './read-settings.ts';
import { type SettingKey, SettingsError, variableOf } from './settings.ts';

/** Starts a server in this process; documented in library.ts. */
export const start: typeof library.start = async (given) => {
  const { seed, ...options } = given ?? {};
  const settings = toSettings(options);
  const { app, store, url } = await serve(settings, {
    ...environment,
    seed,
    logger: pino({ level: settings.logLevel }, { write: environment.print }),
    metrics: new Metrics(),
    // Tests have their answers when they close it.
    timeouts: { closeQuiet: 1 },
  });
  const control = () => {
    if (app.control) return app.control;
    throw new SettingsError('reset, fail, requests and clock need control: true.');
  };
  const clock = () => app.control?.now() ?? environment.clock();
  const stopClock = async (now: Date) => control().setClock(parseClock({ now: now.toISOString() }));
  const [session = ''] = settings.session;
  return {
    url,
    api: `${url}${CONTEXT_PATH}/v1`,
    session,
    headers: { Authorization: `OAuth ${session}` },
    reset: async () => control().reset(),
    load: async (state) => store.addResources(parseSeedResources(state, { ...environment, clock })),
    dump: async () => toSeed(await store.readResources()),
    fail: async (faults) => control().setFaults(parseFaults({ faults })),
    requests: async (filter) => control().journal.find(parseJournalFilter(filter)),
    clock: {
      now: () => new Date(clock()),
      set: (time) => stopClock(new Date(time)),
      advance: (milliseconds) => stopClock(new Date(clock() + milliseconds)),
      reset: async () => control().setClock({}),
    },
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  };
};

/** Reads options as variables. Throws SettingsError for one that is unknown or not allowed. */
function toSettings(options: Record<string, unknown>) {
  const session = environment.newUuid();
  const defaults = { port: 0, databaseUrl: 'memory:', session, control: true, logLevel: 'silent' };
  const env: Record<string, string> = {};
  for (const [key, value] of [...Object.entries(options), ...Object.entries(defaults)]) {
    const variable = variableOf(key as SettingKey);
    // An empty option means the default, which `sessionFile` replaces too.
    if (value === undefined || String(value) === '' || env[`${variable}_FILE`]) continue;
    env[variable] ??= String(value);
  }
  const { settings, warnings } = readSettings({ env, flags: {}, readFile: environment.readFile });
  if (warnings.length > 0) throw new SettingsError(warnings.join(' '));
  return settings;
}
