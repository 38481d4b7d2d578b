import { type EntityKind, type ResourceKind, resourceKinds } from '../contract/schemas/fields.ts';
import { type Records, type Resources, usedCapacities } from '../domain/records.ts';
import type { Reference } from '../domain/store.ts';
import {
  assertAllFound,
  groupReferences,
  ownerReference,
  refReferences,
  usedByAnotherEntry,
  usedByAnotherKind,
} from './errors.ts';
import { mapNames } from './fields.ts';
import type { Statements } from './statements.ts';
import type { Steps } from './steps.ts';
import { tableNameOf } from './tables.ts';

type ListName = ReturnType<typeof tableNameOf<ResourceKind>>;

type Rows = [table: keyof Statements['insertAll'], rows: readonly object[]];

/** The uuids whose existence matters to a seed. */
function uuidsOf(resources: Resources): string[] {
  const { modelServices, modelServiceRefs, modelServiceInstanceGroups: groups } = resources;
  const tags = [...resources.userTags, ...resources.systemTags];
  const images = modelServices.flatMap(({ modelServiceImages }) => modelServiceImages);
  const instances = groups.flatMap((group) => group.instances);
  const entries = [...Object.values(resources).flat(), ...images, ...instances].map(
    ({ uuid }) => uuid,
  );
  const sides = modelServiceRefs.flatMap((ref) => [ref.modelUuid, ref.modelServiceUuid]);
  const owners = tags.map(({ resourceUuid }) => resourceUuid);
  const used = groups.flatMap((group) => groupReferences(group, '')).flatMap(({ uuids }) => uuids);
  return [...new Set([...entries, ...sides, ...owners, ...used])];
}

/**
 * The rows of a seed whose uuids are unused, by table and in the order in which they are to be inserted.
 * @param resources as parsed: only images may have the same uuid
 * @throws ApiError naming the faulty entry by its index
 */
function newRows(resources: Resources, existing: readonly string[]): Rows[] {
  const known = new Set(existing);
  const types = new Map<string, string>();
  for (const each of existing) {
    const [type = '', uuid = ''] = each.split(' ');
    if (type.endsWith('VO')) types.set(uuid, type);
  }
  const added: { uuid: string; type: string }[] = [];
  /** The entries of a list to add. */
  function choose<List extends keyof Resources>(list: List, type: string): Resources[List] {
    const chosen = resources[list].filter(({ uuid }, index) => {
      const used = types.get(uuid);
      if (used !== undefined && used !== type) throw usedByAnotherKind(`${list}[${index}]`, uuid);
      return used === undefined;
    });
    for (const { uuid } of chosen) {
      types.set(uuid, type);
      added.push({ uuid, type });
    }
    return chosen as Resources[List];
  }
  /** The members of a list of chosen entries, none of which may have the uuid of another. */
  function membersOf<Name extends string, Member extends { uuid: string }>(
    list: keyof Resources,
    name: Name,
    chosen: readonly Record<Name, Member[]>[],
  ): Member[] {
    const places = new Map(resources[list].map((entry, index) => [entry as object, index]));
    return chosen.flatMap((entry) => {
      for (const [place, { uuid }] of entry[name].entries()) {
        if (known.has(`${name} ${uuid}`)) {
          throw usedByAnotherEntry(`${list}[${places.get(entry)}].${name}[${place}]`);
        }
        known.add(`${name} ${uuid}`);
      }
      return entry[name];
    });
  }
  const assertFound = (reference: Reference) => {
    const found = reference.uuids.filter((uuid) => types.get(uuid) === reference.type);
    assertAllFound(reference, new Set(found));
  };

  const chosen = mapNames(resourceKinds, (kind) => choose(tableNameOf(kind), `${kind}VO`));
  const modelServices = chosen.ModelService as Resources['modelServices'];
  const images = membersOf('modelServices', 'modelServiceImages', modelServices);
  const groups = chosen.ModelServiceInstanceGroup as Resources['modelServiceInstanceGroups'];
  for (const [index, group] of resources.modelServiceInstanceGroups.entries()) {
    groupReferences(group, `modelServiceInstanceGroups[${index}].`).forEach(assertFound);
  }
  const instances = membersOf('modelServiceInstanceGroups', 'instances', groups);
  const refs = resources.modelServiceRefs.flatMap((ref, index) => {
    const field = `modelServiceRefs[${index}]`;
    for (const side of refReferences(ref, field)) assertFound(side);
    if (known.has(`pair ${ref.modelUuid} ${ref.modelServiceUuid}`)) return [];
    if (known.has(`ref ${ref.uuid}`)) throw usedByAnotherEntry(field);
    return { ...ref, isDefault: ref.isDefault && !known.has(`default ${ref.modelUuid}`) };
  });
  const tags = (['userTags', 'systemTags'] as const).flatMap((list) => {
    for (const [index, tag] of resources[list].entries()) {
      assertFound(ownerReference(tag, `${list}[${index}].`));
    }
    // A tag with the same uuid may exist with another text.
    return [...resources[list]].filter(({ uuid }) => !known.has(`tag ${uuid}`));
  });
  return [
    ['resources', added],
    ...resourceKinds.map((kind): Rows => [tableNameOf(kind), chosen[kind]]),
    ['modelServiceImages', images],
    ['modelServiceRefs', refs],
    ['modelServiceInstances', instances],
    ['modelServiceGroupDatasetRefs', groups.flatMap((group) => group.datasetRefInventories)],
    ['modelServiceGroupRefs', groups.flatMap((group) => group.modelServiceGroupRefs)],
    ['tags', tags],
  ];
}

/** Slices of a list for one statement each. */
function slices<Member>(members: readonly Member[]): Member[][] {
  const size = 512;
  return Array.from({ length: Math.ceil(members.length / size) }, (_, index) =>
    members.slice(index * size, (index + 1) * size),
  );
}

/**
 * Adds the resources whose uuids are unused.
 * @throws ApiError naming the faulty entry by its index
 */
export function* insertResources(statements: Statements, resources: Resources): Steps<void> {
  const existing: string[] = [];
  for (const uuids of slices(uuidsOf(resources))) {
    const { rows } = yield statements.existing({ uuids });
    for (const [found] of rows) existing.push(found as string);
  }
  for (const [table, all] of newRows(resources, existing)) {
    for (const rows of slices(all)) yield* statements.insertAll[table](rows);
  }
}

/**
 * Reads every resource with all of its fields, within a transaction that reads a snapshot.
 * @param all reads the records of a kind, oldest first
 */
export function* readResources(
  all: <K extends EntityKind>(kind: K) => Steps<Records[K][]>,
  { allRefs }: Statements,
): Steps<Resources> {
  const lists: [string, object[]][] = [];
  for (const kind of resourceKinds) {
    lists.push([tableNameOf(kind), (yield* all(kind)).map(ownFields)]);
  }
  return {
    ...(Object.fromEntries(lists) as Pick<Resources, ListName>),
    modelServiceRefs: yield* allRefs(),
    userTags: yield* all('UserTag'),
    systemTags: yield* all('SystemTag'),
  };
}

/** The fields of a resource that a seed has. */
function ownFields(record: object): object {
  const others = ['modelServiceRefs', ...Object.keys(usedCapacities)];
  return Object.fromEntries(Object.entries(record).filter(([name]) => !others.includes(name)));
}
