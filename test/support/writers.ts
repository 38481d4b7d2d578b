import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { HookReceiver } from './hook-receiver.ts';
import { type Content, contentOf, type Inventory, type Write } from './mixed-writes.ts';
import type { Program } from './process.ts';
import { call, type ProgramAnswer } from './program-calls.ts';
import { API, ROOT } from './server.ts';

type Target = Pick<Program, 'url'>;

export interface Job {
  uuid: string;
  hook: boolean;
  /** The body of its poll, once it has ended. */
  outcome?: unknown;
}

/** A write on its way. */
export interface Sent {
  write: Write;
  job?: Job;
}

/** The answers to a client, which alone writes its resources. */
export interface WriterFixtures {
  /** The last acknowledged state by name. */
  fixtures: Map<string, Content>;
  /** The last answer by name, without bindings, which other resources' writes change. */
  reported: Map<string, object>;
  uuids: Map<string, string>;
  /** The last write, where it was not answered. */
  unanswered: Sent | undefined;
}

export const newWriterFixtures = (): WriterFixtures => ({
  ...{ fixtures: new Map(), reported: new Map(), uuids: new Map(), unanswered: undefined },
});

export const pollJob = (target: Target, uuid: string, signal?: AbortSignal) =>
  call(target, 'GET', `${ROOT}/api-jobs/${uuid}`, undefined, {}, signal);

/** @param receiver the URL of the jobs' hooks */
export function send(
  target: Target,
  { write, job }: Sent,
  receiver: string,
  signal?: AbortSignal,
): Promise<ProgramAnswer> {
  const headers = {
    ...(job && { 'X-Job-UUID': job.uuid }),
    ...(job?.hook && { 'X-Web-Hook': receiver }),
  };
  return call(target, write.method, write.path, write.body, headers, signal);
}

export const withoutRefs = ({ modelServiceRefs: _, ...rest }: Inventory): object => rest;

/** Takes note of a write that was done. */
export function apply(
  writer: WriterFixtures,
  { after, reports }: Write,
  inventory?: Inventory,
): void {
  for (const [name, content] of after) {
    if (content) writer.fixtures.set(name, content);
    else for (const known of [writer.fixtures, writer.reported, writer.uuids]) known.delete(name);
  }
  if (reports === undefined) return;
  writer.reported.delete(reports);
  if (!inventory) return;
  writer.reported.set(reports, withoutRefs(inventory));
  writer.uuids.set(reports, inventory.uuid);
}

/** What there is, by its name. */
export type Found = ReadonlyMap<string, { content: Content; inventory: Inventory }>;

/** All resources as the API lists them, and inconsistent rows. */
export async function look(target: Target): Promise<{ found: Found; wrong: string[] }> {
  const list = async (path: string) => {
    const { status, body } = await call(target, 'GET', `${path}?limit=1000000`);
    expect(status).toBe(200);
    return body.inventories;
  };
  const inventories: Inventory[] = [
    ...(await list(`${API}/model-services`)),
    ...(await list(`${API}/models`)),
  ];
  const names = new Map(inventories.map(({ uuid, name }) => [uuid, name]));
  const nameOf = (uuid: string) => names.get(uuid) ?? `unknown ${uuid}`;
  const tags = new Map<string, string[]>();
  for (const kind of ['user-tags', 'system-tags']) {
    for (const { resourceUuid, type, tag } of await list(`${ROOT}/${kind}`)) {
      const name = nameOf(resourceUuid);
      tags.set(name, [...(tags.get(name) ?? []), `${type} ${tag}`]);
    }
  }
  const wrong: string[] = [];
  const refs = new Map<string, object>();
  for (const inventory of inventories) {
    for (const ref of inventory.modelServiceRefs) {
      // Both ends list the same binding.
      const other = refs.get(ref.uuid);
      if (other && isDeepStrictEqual(other, ref)) refs.delete(ref.uuid);
      else refs.set(ref.uuid, ref);
    }
    if (!('modelServiceImages' in inventory)) continue;
    for (const { modelServiceUuid } of inventory.modelServiceImages) {
      if (modelServiceUuid !== inventory.uuid) wrong.push(`an image of ${inventory.name}`);
    }
  }
  for (const uuid of refs.keys()) wrong.push(`the binding ${uuid} is listed at one end only`);
  for (const name of tags.keys()) {
    if (name.startsWith('unknown ')) wrong.push(`the tags of ${name}`);
  }
  const found = new Map<string, { content: Content; inventory: Inventory }>();
  for (const inventory of inventories) {
    const { name } = inventory;
    if (found.has(name)) wrong.push(`${name} is there twice`);
    found.set(name, { content: contentOf(inventory, nameOf, tags.get(name) ?? []), inventory });
  }
  return { found, wrong };
}

/**
 * Compares the resources with the answers to a client, and finds out whether an unanswered write was done.
 * @returns lost writes, partial effects of the unanswered write, and whether it was done
 */
export function compareFixtures(
  { fixtures, reported, unanswered }: WriterFixtures,
  found: Found,
): { lost: string[]; half: string[]; unanswered: 'done' | 'undone' } {
  const [lost, half]: [string[], string[]] = [[], []];
  const after = unanswered?.write.after ?? new Map<string, Content | undefined>();
  for (const [name, content] of fixtures) {
    if (after.has(name)) continue;
    const there = found.get(name);
    const last = reported.get(name);
    if (!isDeepStrictEqual(there?.content, content)) {
      lost.push(`${name}: ${JSON.stringify({ answered: content, there: there?.content })}`);
    } else if (last && there && !isDeepStrictEqual(withoutRefs(there.inventory), last)) {
      lost.push(`${name}: ${JSON.stringify({ answered: last, there: there.inventory })}`);
    }
  }
  const touched = [...after];
  const isAs = (name: string, content: Content | undefined) =>
    isDeepStrictEqual(found.get(name)?.content, content);
  const isDone = touched.every(([name, content]) => isAs(name, content));
  if (!isDone && !touched.every(([name]) => isAs(name, fixtures.get(name)))) {
    const there = touched.map(([name]) => [name, found.get(name)?.content]);
    half.push(`${JSON.stringify(unanswered?.write)}: ${JSON.stringify(there)}`);
  }
  return { lost, half, unanswered: isDone ? 'done' : 'undone' };
}

/** Statements that find orphaned rows without a foreign key. */
export const STRAYS = [
  'SELECT uuid FROM resources WHERE uuid NOT IN (SELECT uuid FROM models UNION SELECT uuid FROM model_services UNION SELECT uuid FROM model_centers)',
  'SELECT uuid FROM tags WHERE resource_uuid NOT IN (SELECT uuid FROM resources)',
  'SELECT uuid FROM model_service_images WHERE model_service_uuid NOT IN (SELECT uuid FROM model_services)',
  'SELECT uuid FROM model_service_refs WHERE model_uuid NOT IN (SELECT uuid FROM models) OR model_service_uuid NOT IN (SELECT uuid FROM model_services)',
  'SELECT job_uuid FROM hooks WHERE job_uuid NOT IN (SELECT uuid FROM jobs)',
];

/** How often the hook of each job was called. */
export function callsByJob({ calls }: HookReceiver): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of calls) {
    const uuid = String(headers['x-job-uuid']);
    counts.set(uuid, (counts.get(uuid) ?? 0) + 1);
  }
  return counts;
}

/** Works through a list, so many at a time. */
export async function forEach<Item>(
  workers: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
