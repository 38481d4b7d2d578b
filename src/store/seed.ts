import { type EntityKind, type ResourceKind, resourceKinds } from '../contract/schemas/fields.ts';
import type {
  ModelServiceInstanceGroup,
  Resources,
  SystemTag,
  UserTag,
} from '../domain/records.ts';
import { referenceTo } from '../domain/references.ts';
import type { Reference } from '../domain/store.ts';
import { assertAllFound, usedByAnotherEntry, usedByAnotherKind } from './errors.ts';
import { mapNames } from './fields.ts';
import type { Statements } from './statements.ts';
import type { Steps } from './steps.ts';
import { RESOURCE_TABLES, tableNameOf } from './tables.ts';

type ListName = ReturnType<typeof tableNameOf<ResourceKind>>;

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

/** References to what a group names. */
function groupReferences(group: ModelServiceInstanceGroup, field: string): Reference[] {
  const datasets = group.datasetRefInventories.map(({ datasetUuid }) => datasetUuid);
  const groups = group.modelServiceGroupRefs.map(({ usedGroupUuid }) => usedGroupUuid);
  const named = [
    ['modelServiceUuid', 'ModelServiceVO', group.modelServiceUuid],
    ['modelUuid', 'ModelVO', group.modelUuid],
    ['datasetUuids', 'DatasetVO', datasets],
    ['modelServiceGroupUuids', 'ModelServiceInstanceGroupVO', groups],
  ] as const;
  return named.flatMap(([name, type, value]) =>
    value ? [referenceTo(field + name, type, value)] : [],
  );
}

/** The lists that resources have, with their tables. */
const MEMBERS: { [K in ResourceKind]?: [name: string, table: keyof Statements['insertAll']][] } = {
  ModelService: [['modelServiceImages', 'modelServiceImages']],
  ModelServiceInstanceGroup: [
    ['instances', 'modelServiceInstances'],
    ['datasetRefInventories', 'modelServiceGroupDatasetRefs'],
    ['modelServiceGroupRefs', 'modelServiceGroupRefs'],
  ],
};

/**
 * The rows of a seed whose uuids are unused, by table.
 * @param resources as parsed: only members of lists may have the same uuid
 * @param existing what the statement `existing` has found of them
 * @throws ApiError naming the faulty entry by its index
 */
export function newRows(resources: Resources, existing: readonly string[]) {
  const known = new Set(existing);
  const types = new Map<string, string>();
  for (const each of existing) {
    const [type = '', uuid = ''] = each.split(' ');
    if (type.endsWith('VO')) types.set(uuid, type);
  }
  const assertFound = (reference: Reference) => {
    const found = reference.uuids.filter((uuid) => types.get(uuid) === reference.type);
    assertAllFound(reference, new Set(found));
  };
  const rows = mapNames(RESOURCE_TABLES, (): object[] => []);
  for (const kind of resourceKinds) {
    const [list, type] = [tableNameOf(kind), `${kind}VO`];
    for (const [index, entry] of resources[list].entries()) {
      const { uuid } = entry;
      const used = types.get(uuid);
      if (used === type) continue;
      if (used !== undefined) throw usedByAnotherKind(`${list}[${index}]`, uuid);
      types.set(uuid, type);
      rows.resources.push({ uuid, type });
      rows[list].push(entry);
      for (const [name, table] of MEMBERS[kind] ?? []) {
        const members = entry[name as keyof typeof entry] as unknown as { uuid: string }[];
        for (const [place, member] of members.entries()) {
          const key = `${table} ${member.uuid}`;
          if (known.has(key)) throw usedByAnotherEntry(`${list}[${index}].${name}[${place}]`);
          known.add(key);
          rows[table].push(member);
        }
      }
    }
  }
  for (const [index, group] of resources.modelServiceInstanceGroups.entries()) {
    groupReferences(group, `modelServiceInstanceGroups[${index}].`).forEach(assertFound);
  }
  for (const [index, ref] of resources.modelServiceRefs.entries()) {
    const field = `modelServiceRefs[${index}]`;
    assertFound(referenceTo(`${field}.modelUuid`, 'ModelVO', ref.modelUuid));
    assertFound(referenceTo(`${field}.modelServiceUuid`, 'ModelServiceVO', ref.modelServiceUuid));
    if (known.has(`pair ${ref.modelUuid} ${ref.modelServiceUuid}`)) continue;
    if (known.has(`ref ${ref.uuid}`)) throw usedByAnotherEntry(field);
    const isDefault = ref.isDefault && !known.has(`default ${ref.modelUuid}`);
    rows.modelServiceRefs.push({ ...ref, isDefault });
  }
  for (const list of ['userTags', 'systemTags'] as const) {
    for (const [index, tag] of resources[list].entries()) {
      const owner = `${list}[${index}].resourceUuid`;
      assertFound(referenceTo(owner, tag.resourceType, tag.resourceUuid));
      // A tag with the same uuid may exist with another text.
      if (!known.has(`tag ${tag.uuid}`)) rows.tags.push(tag);
    }
  }
  return rows;
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
  yield* insertRows(statements, newRows(resources, existing));
}

/** Inserts the rows of a seed. */
export function* insertRows({ insertAll }: Statements, rows: ReturnType<typeof newRows>) {
  for (const table of RESOURCE_TABLES) {
    for (const slice of slices(rows[table])) yield* insertAll[table](slice);
  }
}

/**
 * Reads every resource with all fields of a seed, within a transaction that reads a snapshot.
 * @param all reads the records of a kind, oldest first
 */
export function* readResources(
  all: (kind: EntityKind) => Steps<object[]>,
  { allRefs }: Statements,
): Steps<Resources> {
  const lists: Record<string, object[]> = {};
  for (const kind of resourceKinds) lists[tableNameOf(kind)] = yield* all(kind);
  return {
    ...(lists as unknown as Pick<Resources, ListName>),
    modelServiceRefs: yield* allRefs(),
    userTags: (yield* all('UserTag')) as UserTag[],
    systemTags: (yield* all('SystemTag')) as SystemTag[],
  };
}
