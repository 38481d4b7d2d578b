import {
  type EntityKind,
  type FieldSchema,
  type InventoryOf,
  queryableEntities,
} from '../contract/schemas/fields.ts';
import { ModelCenterCapacityInventory } from '../contract/schemas/model-center.ts';
import { DEPLOYING } from '../contract/schemas/model-service-instance-group.ts';
import { SessionInventory } from '../contract/schemas/session.ts';
import { Time } from '../contract/schemas/types.ts';
import { compileLiteral, type Member } from './literals.ts';
import type {
  ModelCenter,
  ModelServiceInstanceGroup,
  Outcome,
  Records,
  Session,
} from './records.ts';

type FormatDate = (milliseconds: number) => string;
type Mapper = (record: object, formatDate: FormatDate) => object;

/** Compiles the mapping of a record to an inventory: every member of the schema, in the order of the wire (F3). */
function compileInventory({ properties }: { properties: Record<string, FieldSchema> }): Mapper {
  const members = Object.entries(properties).map(([name, schema]) => ({
    name,
    from: name,
    convert: converterOf(schema),
  }));
  return compileLiteral<object, FormatDate>(members, undefined);
}

function converterOf(schema: FieldSchema): Member<FormatDate>['convert'] {
  if (schema[Time as never]) return (time, formatDate) => formatDate(time);
  if (schema.properties) return compileInventory(schema as never);
  if (!schema.items?.properties) return undefined;
  const map = compileInventory(schema.items);
  return (list: object[], formatDate) => list.map((each) => map(each, formatDate));
}

const mappers = Object.fromEntries(
  Object.entries(queryableEntities).map(([kind, { inventory }]) => [
    kind,
    compileInventory(inventory),
  ]),
) as Record<EntityKind, Mapper>;

const NO_CAPACITY = Object.fromEntries(
  Object.keys(ModelCenterCapacityInventory.properties).map((name) => [name, 0]),
);

/** The members of an inventory that no record has, by kind. */
const computed: Partial<Record<EntityKind, (record: never, now: number) => object>> = {
  ModelCenter: (center: ModelCenter) => ({ capacity: { ...NO_CAPACITY, ...center } }),
  ModelServiceInstanceGroup: (group: Partial<ModelServiceInstanceGroup>, now: number) => ({
    ...statusAt(now, group),
    instances: group.instances?.map((instance) => ({
      ...instance,
      ...statusAt(now, instance),
      yaml: group.yaml,
    })),
    supportMetrics: [],
  }),
};

/** The status and URL of a deployment at a time, in milliseconds since the epoch (F62). */
function statusAt(now: number, { outcome, readyDate = now }: Partial<Outcome>): object {
  return readyDate <= now ? { status: outcome } : { status: DEPLOYING, url: null };
}

/**
 * Maps a stored resource of any kind to its API representation.
 * @param now milliseconds since the epoch
 * @param fields the scalar fields that were requested, of which null ones are omitted; all by default
 */
export function toInventory<Kind extends EntityKind>(
  kind: Kind,
  record: Partial<Records[Kind]>,
  { formatDate }: { formatDate: FormatDate },
  now: number,
  fields?: readonly string[],
): InventoryOf<Kind> {
  const others = computed[kind]?.(record as never, now);
  const inventory = mappers[kind](others ? { ...record, ...others } : record, formatDate);
  if (!fields) return inventory as never;
  return Object.fromEntries(
    Object.entries(inventory).filter(
      ([name, value]) => fields.includes(name) && value !== undefined,
    ),
  ) as never;
}

const mapSession = compileInventory(SessionInventory);

/** Maps a stored session to its API representation. */
export function sessionInventory(session: Session, formatDate: FormatDate): SessionInventory {
  return mapSession({ ...session, noSessionEvaluation: false }, formatDate) as SessionInventory;
}
