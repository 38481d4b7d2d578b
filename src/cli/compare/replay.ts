import { Seed } from '../../contract/schemas/seed.ts';
import type { HarEntry } from '../../http/har.ts';
import type { Aios } from '../../library.ts';
import { differences, translated } from './differences.ts';
import { type Answer, answerOf, MASK, type Peer, send } from './exchange.ts';
import type { Probe } from './probes.ts';

/** A request with the answers of both servers. */
export interface Finding {
  /** The probe that it is of; undefined for the request of another client. */
  probe: string | undefined;
  call: number;
  request: string;
  body: string;
  there: Answer;
  here: Answer;
  /** The paths of the members that differ, of those that the probe is about. */
  differing: string[];
}

/** Headers of other clients that matter for the answer; a hook would be called. */
const CALL = /^aios-compare-(.+):(\d+)$/;
const SENT = /^(prefer|x-(job-uuid|json-schema|api-timeout))$/;
/** What differs between any two servers. */
const INCIDENTAL = ['zone', 'type', 'accepted'];

/**
 * Creates the function that sends requests again, to a server of this program: with its UUIDs in place of those of the
 * other server, and after adding resources that were there before.
 * @param session the UUID of the other server's session
 */
export function replayer(own: Aios, peer: Peer, probes: readonly Probe[], session: string) {
  const uuids = new Map([[session, own.session]]);

  /** Adds the resources of a list that no earlier answer had; an incomplete one can't be added. */
  async function addListed(url: string, { inventories = [] }: Answer): Promise<void> {
    const [, path = ''] = /\/v1\/(?:ai\/)?([\w-]+)/.exec(url) ?? [];
    const list = path.replace(/-(\w)/, (_, letter) => letter.toUpperCase());
    const known = ['', ...Object.keys(Seed.properties[list]?.items.properties ?? {})];
    for (const inventory of inventories.filter(({ uuid }) => !uuids.has(uuid))) {
      const text = JSON.stringify(inventory, (name, value) =>
        value === null || name.endsWith('Date') ? undefined : value,
      );
      const fields = Object.entries(JSON.parse(text)).filter(([name]) => known.includes(name));
      await own.load({ [list]: [Object.fromEntries(fields)] }).catch(() => {});
      uuids.set(inventory.uuid, inventory.uuid);
    }
  }

  return async (entry: HarEntry): Promise<Finding> => {
    const { method, url, postData: { text: body } = { text: '' } } = entry.request;
    const headers = Object.fromEntries(
      entry.request.headers.map(({ name, value }) => [name.toLowerCase(), value]),
    );
    const [, probe, index] = CALL.exec(headers['x-request-id'] ?? '') ?? [];
    const call = Number(index);
    const asked = probes.find(({ id }) => id === probe)?.calls[call];
    const see = probe === undefined ? undefined : (asked?.see?.split(' ') ?? []);
    const there = answerOf(entry);
    if (method === 'GET') await addListed(url, there);
    const asksForJob = there.reply === 'job' && !see?.includes('reply');
    const again = (text: string) => translated(text.replaceAll(MASK, own.session), uuids);
    const sent = Object.entries(headers).filter(([name]) => probe || SENT.test(name));
    const answer = await send(peer, {
      method,
      path: again(url.slice(url.indexOf('/zstack'))),
      headers: {
        ...Object.fromEntries(sent),
        authorization: probe ? (headers.authorization ?? '') : MASK,
        'content-type': headers['content-type'] ?? '',
        ...(asksForJob && { prefer: 'respond-async' }),
      },
      body: again(body),
    });
    const here = answerOf(answer);
    const isWithin = (inner: string, outer: string) => `${inner}.`.startsWith(`${outer}.`);
    const isSeen = (path: string) =>
      see?.some((name) => isWithin(path, name) || isWithin(name, path)) ??
      !INCIDENTAL.includes(path);
    const isAnswered = there.status > 0 && !(method === 'GET' && there.status === 202);
    const differing = differences(there, here, uuids).filter((path) => isAnswered && isSeen(path));
    return { probe, call, request: `${method} ${url}`, body, there, here, differing };
  };
}
