import type { environment } from '../../environment.ts';
import type { HarEntry } from '../../http/har.ts';
import { UsageError } from '../../settings.ts';
import { answerOf, isSuccess, type Peer, type Sent, send } from './exchange.ts';
import { type Call, center, type Probe } from './probes.ts';

/** What the name of every resource begins with that is created on the server. */
const PREFIX = 'aios-compare-';
/** Paths of what is created, from what uses others to what is used. */
const CREATED = [
  'model-services/instances/groups',
  'model-services',
  'models',
  'datasets',
  'model-centers',
];
const PLACEHOLDER = /\$(center|name|session|[ab\d])\b/g;
const JOB = /\/zstack[^"]*\/api-jobs\/\w+(?=")/;
const POLL_MS = 200;
/** A job is polled for a minute. */
const POLLS_MAX = 300;

/** What the command takes from the process. */
export interface CompareOptions
  extends Pick<typeof environment, 'version' | 'newUuid' | 'pause' | 'readFile' | 'clock'> {
  /** The flags of the command, by their names. */
  flags: Record<string, string | undefined>;
  /** Prints a line for the user. */
  print: (line: string) => void;
  /** Asks the user whether to go on. */
  confirm: () => Promise<boolean>;
  /** Ends the questions before the next call. */
  stopping: AbortSignal;
}

/**
 * Plays probes at a server, each until a call that prepares others fails; then deletes what they have created, and
 * logs the account out. Every request has a header that names its probe and call.
 * @returns the requests with their answers, also the polls of jobs
 * @throws UsageError if the server can't be reached, or lets no resources be added
 */
export async function* play(
  probes: readonly Probe[],
  peer: Peer,
  { flags, newUuid, pause, stopping, print }: CompareOptions,
): AsyncGenerator<HarEntry> {
  const run = PREFIX + newUuid().slice(0, 8);
  const values: Record<string, string | undefined> = { session: peer.session };
  let asked = peer;

  /** Sends a call and polls its job; nothing is sent if a placeholder has no value. */
  async function ask({ body = '', ...call }: Call, id: string): Promise<HarEntry[]> {
    const headers = { ...call.headers, 'x-request-id': PREFIX + id };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const template = JSON.stringify({ ...call, headers, body: text });
    const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    if (!names.every((name) => values[name])) return [];
    const sent: Sent = JSON.parse(template.replace(PLACEHOLDER, (_, name) => values[name] ?? ''));
    const entries = [await send(asked, sent)];
    const [path] = JOB.exec(entries[0]?.response.content.text ?? '') ?? [];
    while (path && entries.at(-1)?.response.status === 202 && entries.length < POLLS_MAX) {
      if (entries.length > 1) await pause(POLL_MS);
      entries.push(await send(asked, { method: 'GET', path, headers: sent.headers, body: '' }));
    }
    return entries;
  }

  try {
    for (const { id, calls } of [center, ...probes]) {
      Object.assign(values, { name: `${run}-${id}`, a: newUuid(), b: newUuid() });
      for (const [index, call] of calls.entries()) {
        if (stopping.aborted) return;
        const entries = await ask(call, `${id}:${index}`);
        yield* entries;
        const answer = answerOf(entries.at(-1));
        if (id === center.id && !isSuccess(answer)) {
          throw new UsageError(`No model center can be used there: ${JSON.stringify(answer)}`);
        }
        if (!isSuccess(answer) && !(call.see && entries.length > 0)) break;
        const { uuid } = answer.inventory ?? answer.inventories?.[0] ?? {};
        values[index + 1] = uuid;
        if (id !== center.id) continue;
        values.center = uuid;
        if (uuid) break;
      }
    }
  } finally {
    asked = { ...peer, record: undefined };
    for (const path of CREATED.map((name) => `/zstack/v1/ai/${name}`)) {
      const query = `limit=1000&q=name~=${run}%25&fields=uuid,name`;
      const found = await ask({ method: 'GET', path: `${path}?${query}` }, 'end');
      for (const { uuid, name } of answerOf(found.at(-1)).inventories ?? []) {
        // Nothing else is deleted, even if the server ignores conditions.
        if (!String(name).startsWith(run)) continue;
        const one = `${path}/${uuid}?deleteMode=Enforcing`;
        const deleted = await ask({ method: 'DELETE', path: one }, 'end');
        if (!isSuccess(answerOf(deleted.at(-1)))) print(`${path}/${uuid} could not be deleted.`);
      }
    }
    const session = `/zstack/v1/accounts/sessions/${peer.session}`;
    if (flags.account !== undefined) await ask({ method: 'DELETE', path: session }, 'end');
  }
}
