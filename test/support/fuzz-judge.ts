import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { schemaViolation } from './answers.ts';
import {
  Digits,
  EDITABLE_YAML,
  Encoded,
  type FuzzRequest,
  findWrapper,
  type Kind,
  Reference,
  UNKNOWN_UUID,
} from './fuzz-requests.ts';
import { documentedOperations, PREFIX, resolved, type Schema } from './openapi-document.ts';
import type { Server } from './server.ts';

type Snapshot = ReturnType<Server['snapshot']>;
type Row = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
type Json = any;

interface Exchange {
  status: number;
  headers: IncomingHttpHeaders;
  body: Json;
}

/** A request with its references resolved. */
interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  payload: string | Buffer | undefined;
  /** The body that was meant, with uuids in place of references. */
  body: Json;
  /** Whether all that it refers to was there. */
  isResolved: boolean;
  pathValues: Record<string, string>;
}

/** What of a request is sent. */
export type Sendable = Pick<Sent, 'method' | 'path' | 'headers' | 'payload'>;

/** A case that is against the document, with all that is needed to repeat it. */
export class Violation extends Error {}

const clip = (text: string) => (text.length > 1500 ? `${text.slice(0, 1500)}…` : text);

/** Sends requests to one server and judges each answer by the document. */
export class Judge {
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #session: string;
  #clients = 0;

  /** @param session one to read with, which requests don't end */
  constructor(server: Server, session: string) {
    this.#server = server;
    this.#session = session;
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * @returns the request and the status of its answer, on a line
   * @throws Violation where the answer, or what became of the data, is against the document
   */
  async judge(request: FuzzRequest): Promise<string> {
    const before = this.#server.snapshot();
    const sent = prepare(request, before, ++this.#clients);
    const first = await this.#send(sent);
    let last: Exchange | undefined;
    try {
      checkEnvelope(first);
      last = await this.#follow(request, first);
      const after = this.#server.snapshot();
      checkAnswer(request, sent, first, last);
      checkExpected(request, sent, last, before);
      if (last.status === 200 && request.method !== 'GET') {
        await this.#checkWritten(request, sent, last.body);
      } else {
        checkUnchanged(request, before, after, first.status === 202);
      }
      const payload = clip(String(sent.payload ?? ''));
      return `${sent.method} ${sent.path} ${payload} → ${last.status}`;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(
        [
          `${request.operation.id}: ${error.message}`,
          `sent: ${sent.method} ${clip(sent.path)}`,
          `headers: ${clip(JSON.stringify(sent.headers))}`,
          `body: ${sent.payload === undefined ? 'none' : clip(String(sent.payload))}`,
          `flaw: ${request.flaw || 'none'} (must be ${request.expected})`,
          `answer: ${first.status} ${clip(JSON.stringify(first.body))}`,
          ...(last && last !== first
            ? [`the job's: ${last.status} ${clip(JSON.stringify(last.body))}`]
            : []),
        ].join('\n'),
      );
    }
  }

  async #send(sent: Sendable): Promise<Exchange> {
    try {
      const { status, headers, text } = await sendTo(this.#server.url, sent, this.#agent);
      try {
        return { status, headers, body: JSON.parse(text) };
      } catch {
        return { status, headers, body: text };
      }
    } catch (error) {
      const { method, path, headers, payload } = sent;
      throw new Violation(
        `${method} ${clip(path)} ${JSON.stringify(headers)} ${clip(String(payload))}: ${error}`,
      );
    }
  }

  /** Polls the job that was accepted until it has ended; other answers are the last ones. */
  async #follow(request: FuzzRequest, first: Exchange): Promise<Exchange> {
    if (request.operation.id === 'GetJob' || first.status !== 202) return first;
    const wrong = schemaViolation(request.operation.id, first);
    if (wrong) throw new Violation(wrong);
    const { pathname } = new URL(first.body.location);
    for (let polls = 0; polls < 200; polls++) {
      const path = { path: pathname, method: 'GET', headers: {}, payload: undefined };
      const answer = await this.#send(path);
      const schemaViolations = schemaViolation('GetJob', answer);
      if (schemaViolations) throw new Violation(schemaViolations);
      if (answer.status !== 202) {
        checkEnvelope(answer);
        return answer;
      }
    }
    throw new Violation('the job does not end');
  }

  /** Reads what an accepted write was about, and compares. */
  async #checkWritten(request: FuzzRequest, sent: Sent, answered: Json): Promise<void> {
    const { operation } = request;
    const { inventory, inventoryName } = operation;
    if (operation.method === 'DELETE') {
      const reader = documentedOperations.find(
        ({ method, path }) => method === 'GET' && path === operation.path,
      );
      if (!reader?.lists || !sent.pathValues.uuid) return;
      const read = await this.#read(
        `${reader.path.replace('{uuid}', encodeURIComponent(sent.pathValues.uuid))}`,
      );
      if (read.body.inventories?.length !== 0) {
        throw new Violation(`it is deleted but can be read: ${JSON.stringify(read.body)}`);
      }
      return;
    }
    if (!inventory) return;
    const reported = answered.inventory;
    const reader = documentedOperations.find(
      ({ lists, inventoryName: name, path }) =>
        lists && name === inventoryName && path.endsWith('/{uuid}'),
    );
    if (reader) {
      const read = await this.#read(reader.path.replace('{uuid}', reported.uuid));
      if (!isDeepStrictEqual(read.body.inventories, [reported])) {
        throw new Violation(`what is read back differs: ${JSON.stringify(read.body)}`);
      }
    }
    checkStored(request, sent, reported);
    for (const [member, tags] of [
      ['systemTags', '/v1/system-tags'],
      ['userTags', '/v1/user-tags'],
    ] as const) {
      const attached: unknown = sent.body?.[member];
      if (!Array.isArray(attached) || attached.length === 0 || !reader) continue;
      const { body } = await this.#read(
        `${tags}?q=${encodeURIComponent(`resourceUuid=${reported.uuid}`)}&fields=tag`,
      );
      const stored = new Set(body.inventories?.map(({ tag }: { tag: string }) => tag));
      const missing = attached.filter((tag) => !stored.has(String(tag)));
      if (missing.length > 0) {
        throw new Violation(`${member} are not attached: ${JSON.stringify(missing)}`);
      }
    }
  }

  #read(path: string): Promise<Exchange> {
    const headers = { authorization: `OAuth ${this.#session}` };
    return this.#send({ method: 'GET', path: PREFIX + path, headers, payload: undefined });
  }
}

/**
 * A request with its references resolved.
 * @param snapshot what there is
 * @param client the number of the client that it seems to come from
 */
export function prepare(request: FuzzRequest, snapshot: Snapshot, client: number): Sent {
  let isResolved = true;
  const uuidOf = ({ kind, index }: Reference) => {
    const uuids = uuidsOf(snapshot, kind);
    if (uuids.length === 0) isResolved = false;
    return uuids[index % Math.max(1, uuids.length)] ?? UNKNOWN_UUID;
  };
  const pathValues: Record<string, string> = {};
  const path = request.operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = request.path[name];
    if (value instanceof Encoded) return value.text;
    pathValues[name] = value instanceof Reference ? uuidOf(value) : String(value);
    return encodeURIComponent(pathValues[name]);
  });
  const query = request.query
    .map(([name, value]) => {
      const text = value instanceof Encoded ? value.text : encodeURIComponent(value);
      return `${encodeURIComponent(name)}=${text}`;
    })
    .join('&');
  const body = resolve(request.body, uuidOf);
  const payload = request.raw ?? (body === undefined ? undefined : toJson(body));
  const { authorization } = request;
  // Failed logins count by network; each comes from another.
  const headers = {
    'x-forwarded-for': `2001:db8:${(client % 65536).toString(16)}::1`,
    ...(payload !== undefined && { 'content-type': 'application/json;charset=UTF-8' }),
    ...(authorization !== undefined && {
      authorization: `OAuth ${authorization instanceof Reference ? uuidOf(authorization) : authorization}`,
    }),
    ...request.headers,
  };
  return {
    method: request.method,
    path: PREFIX + path + (query && `?${query}`),
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name, value]) => name !== 'content-type' || value !== ''),
    ),
    payload,
    body: request.raw === undefined ? body : undefined,
    isResolved,
    pathValues,
  };
}

/**
 * Sends a request as it is.
 * @throws Error where no answer comes
 */
export function sendTo(
  url: string,
  { method, path, headers, payload }: Sendable,
  agent: Agent,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const length = payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) };
    const sending = httpRequest(
      url,
      { method, path, headers: { ...headers, ...length }, agent, timeout: 10_000 },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      },
    );
    sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
    sending.on('error', reject);
    sending.end(payload);
  });
}

/** Uuids of what there is of a kind, in the order it was made. */
function uuidsOf(snapshot: Snapshot, kind: Kind): string[] {
  const rows = (table: string) => (snapshot[table] ?? []) as Row[];
  const uuids = (some: Row[]) => some.map(({ uuid }) => String(uuid));
  switch (kind) {
    case 'tags':
      return uuids(rows('tags'));
    case 'user-tags':
      return uuids(rows('tags').filter(({ type }) => type === 'User'));
    case 'system-tags':
      return uuids(rows('tags').filter(({ type }) => type === 'System'));
    case 'api-jobs':
      return uuids(rows('jobs'));
    default:
      return uuids(rows(kind.replaceAll('-', '_')));
  }
}

function resolve(value: unknown, uuidOf: (reference: Reference) => string): Json {
  if (value instanceof Reference) return uuidOf(value);
  if (typeof value !== 'object' || value === null || value instanceof Digits) return value;
  if (Array.isArray(value)) return value.map((each) => resolve(each, uuidOf));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolve(member, uuidOf)]),
  );
}

/** JSON, with numbers as their digits were meant. */
function toJson(body: unknown): string {
  const mark = '\u{F0000}';
  const marked = JSON.stringify(body, (_key, value) =>
    value instanceof Digits ? `${mark}${value.text}${mark}` : value,
  );
  return marked.replace(new RegExp(`"${mark}([^"]*)${mark}"`, 'gu'), '$1');
}

/** One JSON object with `success` or `error`, never both (F2). */
function checkEnvelope({ status, body, headers }: Exchange): void {
  if (typeof body !== 'object' || body === null) throw new Violation('the answer is no object');
  if (headers['content-type'] !== 'application/json;charset=UTF-8') {
    throw new Violation(`the answer is of type ${headers['content-type']}`);
  }
  const members = Object.keys(body);
  const fits =
    status === 200
      ? body.success === true && !members.includes('error')
      : status === 202
        ? !members.includes('success') && !members.includes('error')
        : isDeepStrictEqual(members, ['error']);
  if (!fits) throw new Violation(`an answer of status ${status} has the members ${members}`);
}

/** The documented status, code and schema; no failure that is the server's own. */
function checkAnswer(request: FuzzRequest, sent: Sent, first: Exchange, last: Exchange): void {
  const { operation } = request;
  const code: string | undefined = last.body.error?.code;
  const details = String(last.body.error?.details);
  if (code === 'SYS.1010') throw new Violation('it is not ready');
  if (code === 'SYS.1000' && !/^inventory class\[.*\] not having field\[/s.test(details)) {
    throw new Violation('an internal error');
  }
  // What stands in the URL or verb decides which operation it is, if any.
  if (request.method !== operation.method) return;
  if (isOtherPath(request) && last.status !== 400) return;
  const isJob = operation.id !== 'GetJob' && first.status === 202;
  if (!isJob || last.status === 200) {
    const wrong = schemaViolation(
      operation.id,
      last,
      request.query.some(([name]) => name === 'fields'),
    );
    if (wrong) throw new Violation(wrong);
  }
  if (code === undefined) return;
  const codes = isJob ? [...operation.codes.values()].flat() : operation.codes.get(last.status);
  if (!codes?.includes(code)) {
    throw new Violation(`${code} is not documented for status ${last.status}`);
  }
  // The poll answers with another request's outcome.
  if (operation.id === 'GetJob') return;
  if (code === 'SYS.1001' && Number(sent.headers['X-API-Timeout'] ?? 60) > 1) {
    throw new Violation('it has no reason to time out');
  }
}

function isOtherPath({ path }: FuzzRequest): boolean {
  return Object.values(path).some((value) => value instanceof Encoded);
}

function checkExpected(request: FuzzRequest, sent: Sent, last: Exchange, before: Snapshot): void {
  const { expected, codes } = request;
  const isAccepted = last.status === 200 || last.status === 202;
  if (expected === 'refused' && isAccepted) throw new Violation('it is accepted');
  const code: string | undefined = last.body.error?.code;
  const isTimedOut = code === 'SYS.1001';
  if (expected === 'refused' && codes && !isTimedOut && !codes.includes(code ?? '')) {
    const others = explanation(request, sent, last, before);
    if (!others) throw new Violation(`it is refused with ${code} in place of ${codes}`);
  }
  if (request.flaw === 'another verb') {
    if (last.status !== 405 || !last.headers.allow?.includes(request.operation.method)) {
      throw new Violation(`status ${last.status} and Allow: ${last.headers.allow}`);
    }
  }
  if (expected === 'accepted' && !isAccepted && !explanation(request, sent, last, before)) {
    throw new Violation('it is refused');
  }
}

/** Why a request may fail that the document allows; undefined where it may not. */
function explanation(
  request: FuzzRequest,
  sent: Sent,
  last: Exchange,
  before: Snapshot,
): string | undefined {
  const { operation } = request;
  const { code, details } = last.body.error as { code: string; details: string };
  const wrapper = findWrapper(operation);
  const params: Row = sent.body?.[wrapper ?? ''] ?? {};
  if (code === 'SYS.1001') return 'the timeout';
  if (!sent.isResolved && ['SYS.1003', 'ID.1001'].includes(code)) return 'nothing to refer to';
  if (/^resourceUuid\[.*\] is already used$/.test(details)) {
    const uuids = (before.resources as Row[]).map(({ uuid }) => uuid);
    if (uuids.includes(params.resourceUuid)) return 'the uuid';
  }
  if (/^Duplicate job uuid\[/.test(details)) {
    const uuids = (before.jobs as Row[]).map(({ uuid }) => uuid);
    if (uuids.includes(sent.headers['X-Job-UUID'])) return 'the job uuid';
  }
  const edits = /^(service[A-Z]|environmentParameters|startupParameters|inferenceParams)/;
  if (operation.id === 'UpdateModelService' && code === 'SYS.1007' && details.includes('yaml')) {
    const services = before.model_services as Row[];
    const stored = services.find(({ uuid }) => uuid === sent.pathValues.uuid)?.yaml;
    const isEditable = EDITABLE_YAML.includes(String(params.yaml ?? stored));
    if (!isEditable && Object.keys(params).some((name) => edits.test(name))) return 'the yaml';
  }
  if (operation.id === 'LogInByAccount' && code === 'ID.1000') {
    const isRight = params.accountName === 'admin' && params.password !== 'password';
    if (!isRight) return 'the password';
  }
  // A center with models, a tag that the resource carries.
  if (code === 'SYS.1006' && operation.codes.get(503)?.includes(code)) return 'the state';
  if (operation.id === 'GetJob' && last.status === 503) return 'the job failed';
  return undefined;
}

/** What a refused request, or one that reads, leaves as it was: everything but what is said here. */
function checkUnchanged(
  { authorization, method }: FuzzRequest,
  before: Snapshot,
  after: Snapshot,
  isJob: boolean,
): void {
  for (const table of new Set([...Object.keys(before), ...Object.keys(after)])) {
    // Hooks go when they have been called, whenever that is.
    if (table === 'hooks') continue;
    const [was, is] = [before[table] ?? [], after[table] ?? []] as [Row[], Row[]];
    const same =
      table === 'jobs' && isJob && method !== 'GET'
        ? was.every((row) => is.some((other) => isDeepStrictEqual(row, other)))
        : table === 'sessions' && authorization instanceof Reference
          ? isDeepStrictEqual(was.map(withoutExpiry), is.map(withoutExpiry))
          : isDeepStrictEqual(was, is);
    if (!same) {
      throw new Violation(
        `the table ${table} changed from ${clip(JSON.stringify(was))} to ${clip(JSON.stringify(is))}`,
      );
    }
  }
}

const withoutExpiry = ({ expired_date: _, ...row }: Row) => row;

/** Texts that stay as they were sent; others lose blanks at their ends (F46). */
const VERBATIM = new Set(['yaml', 'readme', 'introduction', 'parameters', 'logo', 'tag']);

/** Compares what was sent with the inventory, member by member. */
function checkStored({ operation }: FuzzRequest, { body }: Sent, reported: Row): void {
  const params = body?.[findWrapper(operation) ?? ''];
  if (typeof params !== 'object' || params === null) return;
  const properties = operation.inventory?.properties ?? {};
  const parameters = resolved(operation.body?.properties?.[findWrapper(operation) ?? ''] as Schema);
  const editsYaml = Object.keys(params).some((name) =>
    /^(service[A-Z]|.+Parameters$|inferenceParams)/.test(name),
  );
  for (const [sentName, value] of Object.entries(params)) {
    const namesItself = sentName === 'resourceUuid' && !properties.resourceUuid;
    const name = namesItself ? 'uuid' : sentName;
    if (value === null || !Object.hasOwn(parameters.properties ?? {}, sentName)) continue;
    const property = properties[name];
    if (!property) continue;
    if (name === 'yaml' && editsYaml) continue;
    const expected = storedValue(name, value, resolved(property));
    if (!isDeepStrictEqual(reported[name], expected)) {
      throw new Violation(
        `${name} is ${JSON.stringify(reported[name])} though ${JSON.stringify(value)} was sent`,
      );
    }
  }
}

/** A value after the documented conversions. */
function storedValue(name: string, value: Json, { type }: Schema): unknown {
  if (name === 'recommendedGpuNum') {
    return typeof value === 'string'
      ? JSON.parse(`[${value.replace(/^\s*\[|\]\s*$/g, '')}]`)
      : [value].flat().map(Number);
  }
  if (name === 'cpuArchitectures') {
    return [...new Set((value as string[]).map((each) => each.toLowerCase()))];
  }
  if (name === 'vendorToSpecUuidsMap') {
    return Object.fromEntries(
      Object.entries<unknown[]>(value)
        .filter(([, uuids]) => uuids !== null)
        .map(([vendor, uuids]) => [vendor, [...new Set(uuids.map(String))]]),
    );
  }
  if (type === 'integer') return Number(value);
  if (type === 'boolean') return String(value).toLowerCase() === 'true';
  if (type === 'string') {
    const text = String(value);
    return VERBATIM.has(name) ? text : text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  }
  return value;
}
