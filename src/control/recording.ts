import { stringify } from 'node:querystring';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../contract/aios.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import { type HarEntry, harEntry } from '../http/har.ts';
import { decodedPath, normalizedPath } from '../http/protocol/urls.ts';
import { operationOf } from '../http/request-log.ts';
import { type NewEntry, redactEntry } from './journal.ts';

export const isOfApi = ({ url }: FastifyRequest): boolean =>
  normalizedPath(url).startsWith(`${CONTEXT_PATH}/`);

/**
 * Adds hooks that pass on every request to the API with its answer.
 * @param clock milliseconds since the epoch
 * @param add takes the entry, whose secrets are not masked
 * @returns a function that passes on a request which the hooks miss
 */
export function recordRequests(
  app: FastifyInstance,
  clock: () => number,
  add: (entry: NewEntry, request: FastifyRequest) => void,
) {
  const answers = new WeakMap<FastifyRequest, unknown>();
  const record = (request: FastifyRequest, status: number, ms: number): void => {
    if (!isOfApi(request)) return;
    const entry = {
      time: new Date(clock()).toISOString(),
      operation: operationOf(request) ?? null,
      method: request.method,
      path: decodedPath(request.url),
      query: request.query,
      status,
      ms: Math.round(ms * 10) / 10,
      request: request.body ?? null,
      response: parsedAnswer(answers.get(request)),
    };
    add(entry, request);
  };
  app.addHook('preSerialization', async (request, _reply, payload) => {
    answers.set(request, payload);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) =>
    record(request, reply.statusCode, reply.elapsedTime),
  );
  return record;
}

/** An answer, with the text `result` of a message (F60) parsed, because its members may have to be masked. */
function parsedAnswer(answer: unknown = null): unknown {
  const { result } = (answer ?? {}) as { result?: unknown };
  return typeof result === 'string'
    ? { ...(answer as object), result: JSON.parse(result) }
    : answer;
}

const WEB_HOOK = 'x-web-hook';
/** Matches the user, with a password, and the query in the URL of a hook. */
const HOOK_SECRETS = /(?<=\/\/)[^/]*(?=@)|(?<=\?).*/g;

/** Records every request to the API with its answer, secrets masked; a failure to write is logged. */
export function recordExchanges(
  app: FastifyInstance,
  { clock, access }: Pick<Dependencies, 'clock' | 'access'>,
  write: (entry: HarEntry) => void,
): void {
  recordRequests(app, clock, (entry, request) => {
    const { headers, session, protocol, host } = request;
    const hook = String(headers[WEB_HOOK] ?? '').replace(HOOK_SECRETS, '***');
    const sentHeaders = { ...headers, ...(hook && { [WEB_HOOK]: hook }) };
    const sent = { ...entry, request: { headers: sentHeaders, body: entry.request } };
    const masked = redactEntry(sent, [session, ...access.wellKnownSessions], Infinity);
    const { path, query, method, status } = masked;
    const { headers: shown, body } = masked.request as typeof sent.request;
    const search = stringify(query as Record<string, string>);
    const url = `${protocol}://${host}${CONTEXT_PATH}${encodeURI(path)}${search && `?${search}`}`;
    const text = body === null ? '' : JSON.stringify(body);
    const call = { method, url, headers: shown as Record<string, string>, body: text };
    const mimeType = 'application/json';
    const answer = { status, mimeType, text: JSON.stringify(masked.response) };
    try {
      write(harEntry({ startedAt: Date.parse(entry.time), ms: entry.ms }, call, answer));
    } catch (err) {
      app.log.warn({ err }, 'AIOS_RECORD could not be written');
    }
  });
}
