import { pino } from 'pino';
import { serve } from './cli/serve.ts';
import { CONTEXT_PATH } from './contract/aios.ts';
import { environment } from './environment.ts';
import { Metrics } from './http/metrics.ts';
import type * as library from './library.ts';
import { readSettings } from './read-settings.ts';
import { type SettingKey, SettingsError, variableOf } from './settings.ts';

/** Taken when the library is first started: a test may replace it later. */
const { fetch } = globalThis;

/** The members of the control API's answers that are used here. */
type Answer = library.Seed & {
  error?: { details: string };
  requests: Awaited<ReturnType<library.Aios['requests']>>;
};

/** Starts a server in this process; documented in library.ts. */
export const start: typeof library.start = async (given) => {
  const { seed, ...options } = given ?? {};
  const settings = toSettings(options);
  const { app, url } = await serve(settings, {
    ...environment,
    seed,
    logger: pino({ level: settings.logLevel }, { write: environment.print }),
    metrics: new Metrics(),
    // Tests have their answers when they close it.
    timeouts: { closeQuiet: 1 },
  });
  const [session = ''] = settings.session;
  const headers = { Authorization: `OAuth ${session}` };
  /** Calls the control API; throws an Error with the details of its failure. */
  const control = async (method: 'GET' | 'PUT' | 'POST', path: string, sent?: object) => {
    if (!app.control) throw new SettingsError('The control API needs control: true.');
    const answer = await fetch(`${url}/_aios/${path}`, {
      method,
      headers: { ...headers, ...(sent && { 'Content-Type': 'application/json' }) },
      ...(sent && { body: JSON.stringify(sent) }),
    });
    const body = (await answer.json()) as Answer;
    if (body.error) throw new Error(body.error.details);
    return body;
  };
  const put = async (path: string, payload: object): Promise<void> => {
    await control('PUT', path, payload);
  };
  const now = () => app.control?.now() ?? environment.clock();
  const stopClock = async (time: Date) => put('clock', { now: time.toISOString() });
  return {
    url,
    api: `${url}${CONTEXT_PATH}/v1`,
    session,
    headers,
    reset: async () => void (await control('POST', 'reset')),
    load: async (state) => void (await control('POST', 'state', state)),
    replace: (state) => put('state', state),
    dump: () => control('GET', 'state'),
    snapshot: (name) => put(`snapshots/${encodeURIComponent(name)}`, {}),
    restore: async (name, payload = {}) => {
      await control('POST', `snapshots/${encodeURIComponent(name)}/restore`, payload);
    },
    fail: (faults) => put('faults', { faults }),
    requests: async (filter = {}) => {
      const query = new URLSearchParams(JSON.parse(JSON.stringify(filter)));
      return (await control('GET', `requests?${query}`)).requests;
    },
    clock: {
      now: () => new Date(now()),
      set: (time) => stopClock(new Date(time)),
      advance: (milliseconds) => stopClock(new Date(now() + milliseconds)),
      reset: () => put('clock', {}),
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
