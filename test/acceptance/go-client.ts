import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** The interval of polls; the vendor's client waits longer. */
const POLL_MS = 20;

/** Sends the vendor's Go client's requests: without job uuids, polling each location. */
export class GoClient {
  session = '';
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  async logIn(accountName: string, password: string): Promise<any> {
    const digest = createHash('sha512').update(password).digest('hex');
    const body = { logInByAccount: { accountName, password: digest } };
    const answer = await this.call('PUT', '/accounts/login', body);
    this.session = answer.inventory.uuid;
    return answer;
  }

  /** The one resource of that uuid; the client takes an empty list for "not found". */
  // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  async get(path: string, uuid: string): Promise<any> {
    const { inventories } = await this.call('GET', `${path}/${uuid}`);
    if (!Array.isArray(inventories)) throw new Error('the client would break without inventories');
    return inventories[0];
  }

  /**
   * @returns the answer's body, or the job's
   * @throws Error with `cause`, the error of the answer, which must have no other members
   */
  // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  async call(method: string, path: string, body?: object): Promise<any> {
    const answer = await this.#send(method, `${this.#url}/zstack/v1${path}`, body);
    if (answer.body.location === undefined) return valueIn(answer);
    const { location } = answer.body;
    if (!location.includes('/zstack/v1/api-jobs/')) throw new Error(`no job is at ${location}`);
    for (;;) {
      await setTimeout(POLL_MS);
      const polled = await this.#send('GET', location);
      if (polled.status !== 202) return valueIn(polled);
    }
  }

  async #send(method: string, url: string, body?: object) {
    const response = await fetch(url, {
      method,
      headers: {
        // On reading and deleting too, with an empty body.
        'content-type': 'application/json',
        'accept-encoding': '*',
        ...(this.session && {
          authorization: `OAuth ${this.session}`,
          'x-session-id': this.session,
        }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
function valueIn({ status, body }: { status: number; body: any }): any {
  if (status === 200) return body;
  const keys = Object.keys(body);
  // Beside other keys the client would drop code and details.
  if (keys.join() !== 'error') throw new Error(`the client would lose the error of ${keys}`);
  throw new Error(body.error.details, { cause: body.error });
}
