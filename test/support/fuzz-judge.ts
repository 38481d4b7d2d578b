import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { schemaViolation } from './answers.ts';
import {
  EDITABLE_YAML,
  type FuzzRequest,
  findWrapper,
  Literal,
  Reference,
  UNKNOWN_UUID,
} from './fuzz-requests.ts';
import { documentedOperations, PREFIX, type Schema } from './openapi-document.ts';
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
  /** Whether all that it refers to exists. */
  isResolved: boolean;
  pathValues: Record<string, string>;
}

/** What of a request is sent. */
export type Sendable = Pick<Sent, 'method' | 'path' | 'headers' | 'payload'>;

/** A case that is against the document, with all that is needed to repeat it. */
export class Violation extends Error {}

function check(holds: unknown, message: () => string): asserts holds {
  if (!holds) throw new Violation(message());
}

const clip = (value: unknown) => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
};

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
   * @throws Violation if the answer, or the change of the data, is against the document
   */
  async judge(request: FuzzRequest): Promise<string> {
    const before = this.#server.snapshot();
    const sent = prepare(request, before, ++this.#clients);
    const first = await this.#send(sent);
    let last = first;
    try {
      last = await this.#follow(request, first);
      const after = this.#server.snapshot();
      checkAnswer(request, sent, first, last);
      checkExpected(request, sent, last, before);
      if (last.status === 200 && request.method !== 'GET') {
        for (const inventory of last.body.inventories ?? [last.body.inventory]) {
          await this.#checkWritten(request, sent, inventory);
        }
      } else {
        checkUnchanged(request, before, after, first.status === 202);
      }
      return `${sent.method} ${sent.path} ${clip(String(sent.payload ?? ''))} → ${last.status}`;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(
        `${request.operation.id}: ${error.message}
        sent: ${sent.method} ${clip(sent.path)}
        headers: ${clip(sent.headers)}
        body: ${clip(String(sent.payload ?? 'none'))}
        flaw: ${request.flaw || 'none'} (must be ${request.expected})
        answer: ${first.status} ${clip(first.body)}
        at last: ${last.status} ${clip(last.body)}`,
      );
    }
  }

  async #send(sent: Sendable): Promise<Exchange> {
    const answer = await sendTo(this.#server.url, sent, this.#agent).catch((error) => {
      throw new Violation(`${sent.method} ${clip(sent.path)} ${clip(sent.headers)}: ${error}`);
    });
    try {
      return { ...answer, body: JSON.parse(answer.text) };
    } catch {
      throw new Violation(`the answer is no JSON: ${answer.text}`);
    }
  }

  /** Polls the job that was accepted until it has ended; other answers are the last ones. */
  async #follow({ operation }: FuzzRequest, first: Exchange): Promise<Exchange> {
    checkEnvelope(first);
    if (operation.id === 'GetJob' || first.status !== 202) return first;
    checkSchema(operation.id, first);
    const { pathname } = new URL(first.body.location);
    for (let polls = 0; polls < 200; polls++) {
      const answer = await this.#send({
        path: pathname,
        method: 'GET',
        headers: {},
        payload: undefined,
      });
      checkSchema('GetJob', answer);
      checkEnvelope(answer);
      if (answer.status !== 202) return answer;
    }
    throw new Violation('the job does not end');
  }

  /** Reads a resource of an accepted write, and compares. */
  async #checkWritten(request: FuzzRequest, sent: Sent, written: Json): Promise<void> {
    const { operation } = request;
    const isDeletion = operation.method === 'DELETE';
    const reader = documentedOperations.find(
      ({ lists, inventory, path }) =>
        lists &&
        path.endsWith('/{uuid}') &&
        (isDeletion ? path === operation.path : inventory === operation.inventory),
    );
    const uuid: string | undefined = isDeletion ? sent.pathValues.uuid : written?.uuid;
    if (reader && uuid) {
      const { body } = await this.#read(reader.path.replace('{uuid}', encodeURIComponent(uuid)));
      const expected = isDeletion ? [] : [written];
      check(
        isDeepStrictEqual(body.inventories, expected),
        () => `what is read back differs: ${clip(body)}`,
      );
    }
    if (isDeletion || !operation.inventory) return;
    checkStored(request, sent, written);
    for (const [member, tags] of [
      ['systemTags', '/v1/system-tags'],
      ['userTags', '/v1/user-tags'],
    ] as const) {
      const attached: unknown = sent.body?.[member];
      if (!Array.isArray(attached) || attached.length === 0 || !reader) continue;
      const { body } = await this.#read(`${tags}?q=resourceUuid%3D${uuid}&fields=tag`);
      const stored = new Set(body.inventories?.map(({ tag }: { tag: string }) => tag));
      const missing = attached.filter((tag) => !stored.has(String(tag)));
      check(missing.length === 0, () => `${member} are not attached: ${clip(missing)}`);
    }
  }

  #read(path: string): Promise<Exchange> {
    const headers = { authorization: `OAuth ${this.#session}` };
    return this.#send({ method: 'GET', path: PREFIX + path, headers, payload: undefined });
  }
}

/**
 * A request with its references resolved.
 * @param snapshot the existing resources
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
    if (value instanceof Literal) return value.text;
    pathValues[name] = value instanceof Reference ? uuidOf(value) : String(value);
    return encodeURIComponent(pathValues[name]);
  });
  const query = request.query
    .map(([name, value]) => {
      const text = value instanceof Literal ? value.text : encodeURIComponent(value);
      return `${encodeURIComponent(name)}=${text}`;
    })
    .join('&');
  const body = resolve(request.body, uuidOf);
  const payload = request.raw ?? (body === undefined ? undefined : toJson(body));
  const { authorization } = request;
  // Failed logins count by network, so each is sent from another.
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
 * @throws Error if there is no answer
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

/** Uuids of the resources of a kind, in the order they were made. */
function uuidsOf(snapshot: Snapshot, kind: string): string[] {
  const [table = kind, type] = {
    'user-tags': ['tags', 'User'],
    'system-tags': ['tags', 'System'],
    'api-jobs': ['jobs'],
  }[kind] ?? [kind.replaceAll('-', '_')];
  const rows = (snapshot[table] ?? []) as Row[];
  return rows.filter((row) => !type || row.type === type).map(({ uuid }) => String(uuid));
}

function resolve(value: unknown, uuidOf: (reference: Reference) => string): Json {
  if (value instanceof Reference) return uuidOf(value);
  if (typeof value !== 'object' || value === null || value instanceof Literal) return value;
  if (Array.isArray(value)) return value.map((each) => resolve(each, uuidOf));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolve(member, uuidOf)]),
  );
}

/** JSON, with numbers as their digits were meant. */
function toJson(body: unknown): string {
  const mark = '\u{F0000}';
  const marked = JSON.stringify(body, (_key, value) =>
    value instanceof Literal ? `${mark}${value.text}${mark}` : value,
  );
  return marked.replace(new RegExp(`"${mark}([^"]*)${mark}"`, 'gu'), '$1');
}

/** One JSON object with `success` or `error`, never both (F2). */
function checkEnvelope({ status, body, headers }: Exchange): void {
  check(typeof body === 'object' && body !== null, () => 'the answer is no object');
  const type = headers['content-type'];
  check(type === 'application/json;charset=UTF-8', () => `the answer is of type ${type}`);
  const members = Object.keys(body);
  const fits =
    status > 202
      ? members.join() === 'error'
      : !('error' in body) && (status === 200 ? body.success === true : !('success' in body));
  check(fits, () => `an answer of status ${status} has the members ${members}`);
}

function checkSchema(id: string, answer: Exchange, asksForFields = false): void {
  const violation = schemaViolation(id, answer, asksForFields);
  check(!violation, () => String(violation));
}

/** The documented status, code and schema; no failure that is the server's own. */
function checkAnswer(request: FuzzRequest, sent: Sent, first: Exchange, last: Exchange): void {
  const { operation } = request;
  const { code, details } = last.body.error ?? {};
  check(code !== 'SYS.1010', () => 'it is not ready');
  const isInternal =
    code === 'SYS.1000' && !/^inventory class\[.*\] not having field\[/s.test(details);
  check(!isInternal, () => 'an internal error');
  // The URL and the verb decide which operation it is, if any.
  const hasOtherPath = Object.values(request.path).some((value) => value instanceof Literal);
  if (request.method !== operation.method || (hasOtherPath && last.status !== 400)) return;
  const isJob = operation.id !== 'GetJob' && first.status === 202;
  const asksForFields = request.query.some(([name]) => name === 'fields');
  if (!isJob || last.status === 200) checkSchema(operation.id, last, asksForFields);
  if (code === undefined) return;
  const codes = isJob ? [...operation.codes.values()].flat() : operation.codes.get(last.status);
  check(codes?.includes(code), () => `${code} is not documented for status ${last.status}`);
  // A poll answers with another request's outcome.
  if (operation.id === 'GetJob' || code !== 'SYS.1001') return;
  const timeout = Number(sent.headers['X-API-Timeout'] ?? 60);
  check(timeout <= 1, () => 'it has no reason to time out');
}

function checkExpected(request: FuzzRequest, sent: Sent, last: Exchange, before: Snapshot): void {
  const { expected, codes, flaw, operation } = request;
  const isAccepted = last.status === 200 || last.status === 202;
  const isExplained = () => explanation(request, sent, last, before) !== undefined;
  if (expected === 'rejected') {
    check(!isAccepted, () => 'it is accepted');
    const { code } = last.body.error;
    const isListed = !codes || codes.includes(code);
    check(isListed || isExplained(), () => `it is rejected with ${code} in place of ${codes}`);
  }
  if (expected === 'accepted') check(isAccepted || isExplained(), () => 'it is rejected');
  if (flaw !== 'another verb') return;
  const { allow } = last.headers;
  check(
    last.status === 405 && allow?.includes(operation.method),
    () => `status ${last.status} and Allow: ${allow}`,
  );
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
  // Flaws of a list's member are tried on one of any uuid.
  if (request.flaw !== '' && /^invalid field\[updateDatasetStructs\]/.test(details))
    return 'the uuid';
  if (/^resourceUuid\[.*\] is already used$/.test(details)) {
    const uuids = (before.resources as Row[]).map(({ uuid }) => uuid);
    if (uuids.includes(params.resourceUuid)) return 'the uuid';
  }
  if (/^Duplicate job uuid\[/.test(details)) {
    const uuids = (before.jobs as Row[]).map(({ uuid }) => uuid);
    if (uuids.includes(sent.headers['X-Job-UUID'])) return 'the job uuid';
  }
  // A flaw may take away the only image of an architecture (F38).
  if (/ must have a vmImageUuid or a dockerImage$/.test(details)) {
    const images = params.architectureImages as Row[];
    const lacksBoth = ({ vmImageUuid, dockerImage }: Row) => !(vmImageUuid || dockerImage);
    if (images.some(lacksBoth)) return 'the image';
  }
  const edits = /^(service[A-Z]|environmentParameters|startupParameters|inferenceParams)/;
  if (operation.id === 'UpdateModelService' && code === 'SYS.1007' && /yaml/i.test(details)) {
    const services = before.model_services as Row[];
    const stored = services.find(({ uuid }) => uuid === sent.pathValues.uuid)?.yaml;
    const isEditable = EDITABLE_YAML.includes(String(params.yaml ?? stored));
    const isEdited = Object.keys(params).some((name) => edits.test(name));
    if (!isEditable || (isEdited && params.yaml !== undefined)) return 'the yaml';
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

/** What a rejected request, or a read, must not change: everything but what is listed here. */
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
    check(same, () => `the table ${table} changed from ${clip(was)} to ${clip(is)}`);
  }
}

const withoutExpiry = ({ expired_date: _, ...row }: Row) => row;

/** Texts that stay as they were sent; others lose blanks at their ends (F46). */
const VERBATIM = new Set(['yaml', 'readme', 'introduction', 'parameters', 'logo', 'tag']);

/** Compares the request with the inventory, member by member. */
function checkStored({ operation }: FuzzRequest, { body }: Sent, reported: Row): void {
  const wrapper = findWrapper(operation) ?? '';
  const params = body?.[wrapper];
  if (typeof params !== 'object' || params === null) return;
  const properties = operation.inventory?.properties ?? {};
  const parameters = operation.body?.properties?.[wrapper]?.properties ?? {};
  const editsYaml = Object.keys(params).some((name) =>
    /^(service[A-Z]|.+Parameters$|inferenceParams)/.test(name),
  );
  for (const [sentName, value] of Object.entries(params)) {
    const namesItself = sentName === 'resourceUuid' && !properties.resourceUuid;
    const name = namesItself ? 'uuid' : sentName;
    const property = properties[name];
    const isEdited = name === 'yaml' && editsYaml;
    if (value === null || isEdited || !property || !Object.hasOwn(parameters, sentName)) continue;
    if (name === 'cpuArchitectures') {
      // Those of the images follow (F12).
      const given = (storedValue(name, value, property) as string[]).length;
      reported[name] = (reported[name] as string[]).slice(0, given);
    }
    check(
      isDeepStrictEqual(reported[name], storedValue(name, value, property)),
      () => `${name} is ${clip(reported[name])} though ${clip(value)} was sent`,
    );
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
