import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** How a program sends messages: the vendor's Python bindings and its MCP server differ in these. */
export interface MessageStyle {
  method: 'POST' | 'PUT';
  path: '/zstack/api' | '/zstack/api/';
  poll: 'GET' | 'PUT';
}

// biome-ignore lint/suspicious/noExplicitAny: replies have every shape
type Reply = any;

/** Sends the messages of programs that know the message API alone, and polls what is still processing. */
export class MessageClient {
  session = '';
  /** Messages that were answered before they were done. */
  processing = 0;
  readonly #url: string;
  readonly #style: MessageStyle;

  constructor(url: string, style: MessageStyle) {
    this.#url = url;
    this.#style = style;
  }

  async logIn(accountName: string, text: string): Promise<void> {
    const password = createHash('sha512').update(text).digest('hex');
    const login = 'org.zstack.header.identity.APILogInByAccountMsg';
    const { inventory } = await this.send(login, { accountName, password });
    this.session = inventory.uuid;
  }

  /**
   * @param type the message class
   * @returns the content of the reply, without its class
   * @throws Error with `cause`, the error of the reply
   */
  async send(type: string, fields: object = {}): Promise<Reply> {
    const session = this.session && { session: { uuid: this.session } };
    const { method, path, poll } = this.#style;
    const body = JSON.stringify({ [type]: { ...fields, ...session } });
    let answer = await this.#fetch(method, path, body);
    while (answer.state === 'Processing') {
      this.processing++;
      await setTimeout(20);
      answer = await this.#fetch(poll, `/zstack/api/result/${answer.uuid}`);
    }
    const [reply = '', ...others] = Object.keys(JSON.parse(answer.result));
    const content = JSON.parse(answer.result)[reply];
    const expected = type.replace('LogInByAccountMsg', 'LogInMsg').replace(/Msg$/, '');
    if (others.length > 0 || !/^(Reply|Event)$/.test(reply.replace(expected, ''))) {
      throw new Error(`the reply to ${type} is ${reply}`);
    }
    if (content.error) throw new Error(content.error.details, { cause: content.error });
    if (content.success !== true) throw new Error('neither a success nor an error');
    return content;
  }

  async #fetch(method: string, path: string, body?: string): Promise<Reply> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.#url + path, { method, headers, ...(body && { body }) });
    const answer = (await response.json()) as Reply;
    if (response.status !== 200)
      throw new Error(`status ${response.status}`, { cause: answer.error });
    return answer;
  }
}
