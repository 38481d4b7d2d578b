import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { Control } from './control/control.ts';
import { injectFaults } from './control/fault-injection.ts';
import { recordExchanges } from './control/recording.ts';
import { controlRoutes, serveControlDocuments } from './control/routes.ts';
import type { Dependencies } from './domain/dependencies.ts';
import { Jobs } from './domain/jobs.ts';
import { LoginAttempts } from './domain/logins.ts';
import type { Resources } from './domain/records.ts';
import { serveAbsentOperations } from './http/absent-operations.ts';
import { type AccessKeySettings, accessKeyCheck } from './http/auth/access-keys.ts';
import { enableCors, rejectCrossOriginWrites } from './http/auth/cross-origin.ts';
import { createSessionCheck } from './http/auth/sessions.ts';
import { serveConsole } from './http/console.ts';
import { serveDocs } from './http/docs.ts';
import type { HarEntry } from './http/har.ts';
import { serveHealth } from './http/health.ts';
import { HookAllowlist } from './http/hooks/allow-list.ts';
import { defaultHookTiming, type HookTiming, WebHooks } from './http/hooks/web-hooks.ts';
import { serveJobList } from './http/job-list.ts';
import { jobRequestSetter, jobRoutes, type ReplySettings } from './http/jobs.ts';
import { createBodyParser } from './http/limits/body.ts';
import { defaultLoadLimits, type LoadLimits, LoadShedder } from './http/limits/in-flight.ts';
import { serveMessages } from './http/messages.ts';
import { type Metrics, serveMetrics } from './http/metrics.ts';
import { serveOperations } from './http/operations.ts';
import { ClientErrors } from './http/protocol/client-errors.ts';
import { closeGracefully } from './http/protocol/closing.ts';
import { limitConnections } from './http/protocol/connection-limits.ts';
import { handleError } from './http/protocol/error-handler.ts';
import { asHook, checkHead, setAnswerHeaders } from './http/protocol/headers.ts';
import { handleInTurn } from './http/protocol/pipelining.ts';
import { RouteTable } from './http/protocol/route-table.ts';
import { filterForwardedHeaders, parseQueryString } from './http/protocol/urls.ts';
import { logRequest, requestIds } from './http/request-log.ts';
import { ignoreUnknownFields, rejectUnknownFields } from './http/unknown-fields.ts';
import type { Settings } from './settings.ts';

export interface AppOptions
  extends Pick<Settings, 'unknownFields' | 'bodyLimit' | 'trustProxy' | 'corsOrigins'> {
  dependencies: Omit<Dependencies, 'loginAttempts' | 'newSecret'>;
  logger: FastifyBaseLogger;
  /** The program's own version. */
  version: string;
  reply: ReplySettings;
  /** How long a job's outcome can be polled, in milliseconds. */
  jobRetention: number;
  accessKeys: Omit<AccessKeySettings, 'clock'>;
  /** Hosts, addresses and CIDR ranges that web hooks may call; `local` for private ones. */
  hookAllow: readonly string[];
  /** Enables the control API; `seed` has the resources after a reset. */
  control?: { seed: Resources } | undefined;
  /** Takes every request to the API with its answer, secrets masked. */
  record?: ((entry: HarEntry) => void) | undefined;
  metrics: Metrics;
  /** Delays and timeouts of web hooks; the defaults are the platform's. */
  hookTiming?: Partial<HookTiming>;
  /** Folder with the files of the page at /docs, and Swagger UI's. */
  docsAssets: string;
  /** Folder with the console's files. */
  consoleAssets: string;
  /** Milliseconds; the defaults suit production. */
  timeouts?: Partial<typeof defaultTimeouts> | undefined;
  /** Limits above which requests are rejected; the defaults suit production. */
  limits?: Partial<LoadLimits>;
}

const defaultTimeouts = {
  /** For receiving a request's headers. */
  headers: 5000,
  /** For receiving a whole request. */
  request: 120_000,
  /** For the next request on an open connection. */
  keepAlive: 72_000,
  /** Interval in which Node checks for late requests. */
  check: 1000,
  /** For requests in flight to end when the app closes. */
  closeGrace: 4000,
  /** Time without new requests after which the closing app stops listening. */
  closeQuiet: 50,
};

/** No route has a schema of Fastify; loading its compilers would take a tenth of the start. */
const noSchemas = {
  compilersFactory: {
    buildValidator: () => () => () => true,
    buildSerializer: () => JSON.stringify,
  },
} as never;

/** Builds the HTTP server with every plugin and route, in order; it does not listen yet. */
export async function buildApp(options: AppOptions) {
  const { logger, metrics, dependencies: real } = options;
  const { publicUrl } = options.reply;
  const control = options.control && new Control(real, options.control.seed, options.version);
  const steadyClock = control ? () => control.timeBy(real.steadyClock) : real.steadyClock;
  const dependencies: Dependencies = {
    ...real,
    clock: control?.now ?? real.clock,
    steadyClock,
    newUuid: control?.uuids.next ?? real.newUuid,
    newSecret: real.newUuid,
    loginAttempts: new LoginAttempts(steadyClock, real.pause),
  };
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const limits = { ...defaultLoadLimits, ...options.limits };
  const routeTable = new RouteTable();
  const clientErrors = new ClientErrors(logger);

  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(real.newUuid),
    bodyLimit: options.bodyLimit,
    trustProxy: options.trustProxy,
    exposeHeadRoutes: false,
    schemaController: noSchemas,
    return503OnClosing: false,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    routerOptions: {
      ignoreDuplicateSlashes: true,
      // Longer than any URL that Node accepts.
      maxParamLength: 1024 * 1024,
      querystringParser: parseQueryString,
    },
    http: {
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.check,
      // Checked by a hook, because Node's own answer has no body.
      requireHostHeader: false,
    },
    frameworkErrors: (error, request, reply) => {
      setAnswerHeaders(request, reply);
      handleError(error, request, reply);
      // No hooks run for such a request.
      logRequest(request, reply);
      metrics.answered(request, reply);
    },
    clientErrorHandler: clientErrors.handle,
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorateRequest('session', '');
  for (const name of [
    'message',
    'jobRequest',
    'action',
    'injectedFailure',
    'injectedOutcome',
    'inFlight',
    'failure',
  ]) {
    app.decorateRequest(name, undefined);
  }
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(async (request) => {
    throw routeTable.failureFor(request);
  });
  app.removeAllContentTypeParsers();
  app.addHook('onRoute', (route) => routeTable.add(route));
  clientErrors.watch(app.server, handleInTurn(app.server));
  limitConnections(app.server, limits.connections, options.trustProxy, logger);
  // Before every hook that may reject, because errors have these headers too.
  app.addHook('onRequest', asHook(setAnswerHeaders));
  closeGracefully(app, timeouts.closeGrace, timeouts.closeQuiet);
  app.addHook('onResponse', asHook(logRequest));
  app.addHook('onResponse', asHook(metrics.answered));
  const loadShedder = new LoadShedder(limits);
  app.addHook('onRequest', loadShedder.admit);
  app.addHook('onSend', loadShedder.countAnswer);
  app.addHook('onClose', loadShedder.stop);
  app.addContentTypeParser('*', createBodyParser(loadShedder));
  app.addHook('onRequest', asHook(checkHead));
  app.addHook('onRequest', asHook(filterForwardedHeaders(options.trustProxy)));
  await enableCors(app, options.corsOrigins, routeTable);
  app.addHook('onRequest', asHook(routeTable.check));
  const writers = [...options.corsOrigins, publicUrl && new URL(publicUrl).origin];
  app.addHook('onRequest', asHook(rejectCrossOriginWrites(writers)));

  const { store } = dependencies;
  const managementNodeId = real.newUuid();
  const server = { version: options.version, control: control ? 'on' : 'off' } as const;
  const firstCalls = serveHealth(app, store, server, managementNodeId);
  serveDocs(app, options.docsAssets, publicUrl);
  serveConsole(app, options.consoleAssets);

  const jobs = new Jobs(dependencies, options.jobRetention, control?.jobDelay);
  const webHooks = new WebHooks({
    store,
    jobs,
    allowlist: new HookAllowlist(options.hookAllow),
    timing: { ...defaultHookTiming, ...options.hookTiming },
    metrics,
    logger,
  });
  app.addHook('onReady', () => webHooks.resume());
  app.addHook('preClose', () => webHooks.close());

  const checkSession = createSessionCheck(
    dependencies,
    // With the real time, because no signature would be valid under a stopped clock.
    accessKeyCheck({ ...options.accessKeys, clock: real.clock }),
  );
  serveMetrics(app, metrics, checkSession);
  serveJobList(app, store, checkSession);
  if (control) {
    control.onReset = () => {
      for (const state of [dependencies.loginAttempts, jobs, webHooks]) state.clear();
    };
    injectFaults(app, control, dependencies.access);
    serveControlDocuments(app);
    await app.register(controlRoutes, { control, store, checkSession });
  }
  if (options.record) recordExchanges(app, dependencies, options.record);
  const runners = serveOperations(app, {
    dependencies,
    jobs,
    metrics,
    setJobRequest: jobRequestSetter(options.reply, dependencies),
    webHooks,
    checkSession,
    onUnknownFields:
      options.unknownFields === 'reject' ? rejectUnknownFields : ignoreUnknownFields(logger),
  });
  serveAbsentOperations(app, checkSession);
  await app.register(jobRoutes, { jobs });
  serveMessages(app, dependencies, jobs, runners, firstCalls);
  return Object.assign(app, { control });
}

export type App = Awaited<ReturnType<typeof buildApp>>;
