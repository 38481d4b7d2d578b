import { session } from './records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  createDataset,
  deployModelService,
} from './resources.ts';
import type { Server } from './server.ts';

/** One of everything that has a uuid, each with all that can belong to it. */
export interface Fixtures {
  center: string;
  services: [string, string];
  models: [string, string];
  dataset: string;
  /** Of a service of its own. */
  deployment: string;
  /** A user and a system tag of each resource, by the resource's uuid. */
  tags: Record<string, { user: string; system: string }>;
  session: string;
}

/** Two services bound to two models, each of them with a default, and a dataset, in a center; a deployment; all tagged. */
export async function populate(server: Server): Promise<Fixtures> {
  const tags = { userTags: ['a user tag'], systemTags: ['a system tag'] };
  const center = await addModelCenter(server, tags);
  const modelCenterUuid = center.uuid;
  const addService = () =>
    addModelService(server, {
      ...tags,
      modelCenterUuid,
      architectureImages: [
        { cpuArchitecture: 'x86_64', dockerImage: 'x86' },
        { cpuArchitecture: 'aarch64', vmImageUuid: 'arm' },
      ],
    });
  const services = [(await addService()).uuid, (await addService()).uuid] as const;
  const addTagged = (defaultModelServiceUuid: string) =>
    addModel(server, {
      ...tags,
      modelCenterUuid,
      modelServiceUuids: services,
      defaultModelServiceUuid,
    });
  const models = [
    (await addTagged(services[0])).uuid,
    (await addTagged(services[1])).uuid,
  ] as const;
  const dataset = (await createDataset(server, { ...tags, modelCenterUuid })).uuid;
  const deployment = (await deployModelService(server, tags)).uuid;
  const stored = session();
  await server.store.addSession(stored, stored.createDate);
  const tagOf = (resource: string, type: string) =>
    String(server.rows('tags', `resource_uuid = '${resource}' AND type = '${type}'`)[0]?.uuid);
  const uuids = [center.uuid, ...services, ...models, dataset, deployment];
  return {
    center: center.uuid,
    services: [...services],
    models: [...models],
    dataset,
    deployment,
    tags: Object.fromEntries(
      uuids.map((uuid) => [uuid, { user: tagOf(uuid, 'User'), system: tagOf(uuid, 'System') }]),
    ),
    session: stored.uuid,
  };
}

/** Every uuid in the database file, of resources, tags, refs, images and sessions. */
export function allUuids(server: Server): string[] {
  const rows = Object.values(server.snapshot()).flat() as { uuid?: string }[];
  return [...new Set(rows.flatMap(({ uuid }) => uuid ?? []))];
}

type Snapshot = ReturnType<Server['snapshot']>;

/** All rows but those of the resources named and of the refs, images and tags that are theirs (F24). */
export function withoutResources(snapshot: Snapshot, uuids: readonly string[]): Snapshot {
  const owners = [
    ...['uuid', 'resource_uuid', 'model_uuid', 'model_service_uuid'],
    'model_service_group_uuid',
  ];
  const isTheirs = (row: unknown) =>
    owners.some((owner) => uuids.includes((row as Record<string, string>)[owner] ?? ''));
  return Object.fromEntries(
    Object.entries(snapshot).map(([table, rows]) => [table, rows.filter((row) => !isTheirs(row))]),
  );
}

/** All rows but those of a table that have these values. */
export function withoutRows(
  snapshot: Snapshot,
  table: string,
  values: Record<string, string>,
): Snapshot {
  const isMeant = (row: unknown) =>
    Object.entries(values).every(([name, value]) => (row as typeof values)[name] === value);
  return { ...snapshot, [table]: snapshot[table]?.filter((row) => !isMeant(row)) ?? [] };
}

/** How many rows each table has lost, of those that have lost any. */
export function lostRows(before: Snapshot, after: Snapshot): Record<string, number> {
  const lost = Object.entries(before).map(
    ([table, rows]) => [table, rows.length - (after[table]?.length ?? 0)] as const,
  );
  return Object.fromEntries(lost.filter(([, count]) => count !== 0));
}
