import { createHash, createHmac, randomUUID } from 'node:crypto';
import { request as send } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** The interval of polls; the vendor's client polls each second. */
const POLL_MS = 20;

export interface Outcome {
  /** The answer's body, or the job's result. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  value?: any;
  error?: { code: string; description: string; details: string };
}

/** The classes of the objects that the client has made of answers. */
const classes = new WeakMap<object, string>();

/** The class of an object of an answer; undefined for one that a cast to a class would break on. */
export const classOf = (value: object): string | undefined => classes.get(value);

/** Replaces objects by those of their classes, one path of `schema` after the other, as the client does. */
function typed<Value extends Record<string, unknown>>({ schema = {}, ...value }: Value) {
  for (const [path, className] of Object.entries(schema as Record<string, string>)) {
    const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
    const last = keys.pop() ?? '';
    // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
    const parent = keys.reduce((object: any, key) => object[key], value);
    // Objects inside of it that were replaced before lose their class.
    parent[last] = structuredClone(parent[last]);
    classes.set(parent[last], className);
  }
  return value;
}

interface Call {
  method: string;
  /** After `/zstack/v1`. */
  path: string;
  body?: object | undefined;
  /** Whether the client expects a job: all it has but queries, logging in and out. */
  isJob?: boolean;
  headers?: Record<string, string>;
}

/** Sends the vendor's Java client's requests, and reads answers as strictly. */
export class JavaClient {
  session: string | undefined;
  readonly #url: string;
  readonly #accessKey: { id: string; secret: string } | undefined;

  constructor(url: string, accessKey?: { id: string; secret: string }) {
    this.#url = url;
    this.#accessKey = accessKey;
  }

  async logIn(accountName: string, password: string): Promise<Outcome> {
    const digest = createHash('sha512').update(password).digest('hex');
    const outcome = await this.call({
      method: 'PUT',
      path: '/accounts/login',
      body: { logInByAccount: { accountName, password: digest }, systemTags: [], userTags: [] },
    });
    this.session = outcome.value?.inventory.uuid;
    return outcome;
  }

  /** A write: the parameters under their wrapper, tags inside it. */
  write(method: string, path: string, wrapper: string, params: object): Promise<Outcome> {
    const body = { [wrapper]: { ...params, systemTags: [], userTags: [] } };
    return this.call({ method, path, body, isJob: true });
  }

  /** A deletion: its parameters in the query, an empty body with a length. */
  delete(path: string): Promise<Outcome> {
    return this.call({ method: 'DELETE', path: `${path}?deleteMode=Permissive`, isJob: true });
  }

  query(path: string, conditions: string[], parameters: Record<string, string>): Promise<Outcome> {
    const pairs = [...conditions.map((q) => ['q', q]), ...Object.entries(parameters)];
    const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`);
    return this.call({ method: 'GET', path: `${path}?${text.join('&')}` });
  }

  async call({ method, path, body, isJob = false, headers = {} }: Call): Promise<Outcome> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    const answer = await this.#send(method, `/zstack/v1${path}`, sent, {
      ...this.#authorization(method, path),
      'x-job-uuid': randomUUID().replaceAll('-', ''),
      'x-json-schema': 'true',
      'content-type': 'application/json; charset=utf-8',
      ...headers,
    });
    if (isJob && answer.status === 202) return this.#poll(answer.body.location);
    if (answer.status === 200) return { value: typed(answer.body) };
    if (answer.body.error) return { error: answer.body.error };
    throw new Error(`the client would break on status ${answer.status}`);
  }

  /** Asks for the job until it has ended. */
  async #poll(location: string): Promise<Outcome> {
    if (!location.includes('/zstack/v1/api-jobs/')) throw new Error(`no job is at ${location}`);
    for (;;) {
      await setTimeout(POLL_MS);
      const { status, body } = await this.#send('GET', new URL(location).pathname, '', {});
      if (status === 202) continue;
      if (status === 200) return { value: typed(body) };
      if (status === 503) return { error: body.error };
      throw new Error(`the client would break on status ${status} of a job`);
    }
  }

  #authorization(method: string, path: string): Record<string, string> {
    if (this.#accessKey) return signature(this.#accessKey, method, path);
    return this.session ? { authorization: `OAuth ${this.session}` } : {};
  }

  /** By hand: `fetch` would not let a DELETE say that its body is empty. */
  #send(
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
    // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  ): Promise<{ status: number; body: any }> {
    return new Promise((resolve, reject) => {
      const length = method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = send(`${this.#url}${path}`, { method, headers: { ...headers, ...length } });
      sent.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        // An answer without a body breaks the client.
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }),
        );
      });
      sent.end(method === 'GET' ? undefined : body);
    });
  }
}

/** The signature of an access key, with a date in the client's own zone. */
function signature(
  { id, secret }: { id: string; secret: string },
  method: string,
  path: string,
): Record<string, string> {
  const zone = 'Asia/Shanghai';
  const part = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short', day: '2-digit', month: 'short' },
      ...{ year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    } as Intl.DateTimeFormatOptions)
      .formatToParts(Date.now())
      .map(({ type, value }) => [type, value]),
  );
  const date =
    `${part.weekday}, ${part.day} ${part.month} ${part.year} ` +
    `${part.hour}:${part.minute}:${part.second} ${zone}`;
  const [signed] = `/v1${path}`.split('?', 1);
  const text = `${method}\n${date}\n${signed}`;
  const hash = createHmac('sha1', secret).update(text).digest('base64');
  return { authorization: `ZStack ${id}:${hash}`, date };
}
