import createClient from 'openapi-fetch';
import { t } from '../texts/text.ts';
import type { components, paths } from './openapi.d.ts';
import { expireSession, session } from './session.ts';

export type Schemas = components['schemas'];

/** The URL of the server, which a proxy may serve below a path of its own. */
export const serverUrl = new URL('..', location.href).href;
/** Time between two polls of a job, in milliseconds. */
const POLL_INTERVAL_MS = 300;

/** The client of the API, typed by its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: `${serverUrl}zstack`, fetch: send });

/** A failure that a server answered, or that none did; the message is the server's own sentence. */
export class Failure extends Error {
  /** Such as SYS.1007; empty where no server answered. */
  readonly code: string;

  constructor({ code = '', details = '' }: Partial<Schemas['ErrorCode']>) {
    super(details);
    this.code = code;
  }
}

export async function send(request: Request): Promise<Response> {
  if (session.value) request.headers.set('authorization', `OAuth ${session.value}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Failure({ details: t('noAnswer') });
  }
}

/** The failure of an answer with this body; forgets a session that is not valid any more. */
export function failureOf(body: unknown, response: Response): Failure {
  const { error } = (body ?? {}) as Partial<Schemas['ErrorAnswer']>;
  const failure = new Failure(error ?? { details: `${response.status} ${response.statusText}` });
  const isUnauthenticated =
    failure.code === 'ID.1001' || failure.message.startsWith("missing header 'Authorization'");
  if (isUnauthenticated) expireSession();
  return failure;
}

interface Called<Answer> {
  data?: Answer;
  error?: unknown;
  response: Response;
}

/** What an operation answers once its job, if it is one, has ended. */
type Result<Answer> = Exclude<Answer, Schemas['JobAccepted'] | Schemas['JobRunning']>;

/**
 * Waits for the answer of a call, and for the job that a server set to `AIOS_REPLY=job` makes of a write.
 * @throws Failure
 */
export async function answerOf<Answer>(call: Promise<Called<Answer>>): Promise<Result<Answer>> {
  const { data, error, response } = await call;
  if (data === undefined) throw failureOf(error, response);
  const { location } = data as Partial<Schemas['JobAccepted']>;
  if (response.status !== 202 || location === undefined) return data as Result<Answer>;
  const uuid = location.slice(location.lastIndexOf('/') + 1);
  for (;;) {
    const poll = await api.GET('/v1/api-jobs/{uuid}', { params: { path: { uuid } } });
    if (poll.data === undefined) throw failureOf(poll.error, poll.response);
    if (poll.response.status !== 202) return poll.data as Result<Answer>;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

/**
 * Calls a route that is not in the OpenAPI document, such as `_aios/requests`.
 * @throws Failure
 */
export async function callServer<Answer>(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const request = new Request(serverUrl + path, {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const response = await send(request);
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw failureOf(answer, response);
  return answer as Answer;
}
