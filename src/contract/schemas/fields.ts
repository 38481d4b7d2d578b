import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { CreateDatasetParams, DatasetInventory, HiddenDatasetFields } from './dataset.ts';
import { AddModelParams, HiddenModelFields, ModelInventory } from './model.ts';
import { AddModelCenterParams, ModelCenterInventory } from './model-center.ts';
import { AddModelServiceParams, ModelServiceInventory } from './model-service.ts';
import {
  DeployModelServiceParams,
  HiddenGroupFields,
  ModelServiceInstanceGroupInventory,
} from './model-service-instance-group.ts';
import { HiddenFields } from './resource.ts';
import { CreateTagParams, SystemTagInventory, UserTagInventory } from './tag.ts';
import { Computed, type FieldOptions, Time, WhenReady } from './types.ts';

export type FieldSchema = TSchema;

/** How a field's values are compared. */
export type FieldType = 'text' | 'integer' | 'long' | 'boolean' | 'time';

/** A field that a query may name (F57). */
export interface QueryField {
  /** The owner of the field: the resource itself, the list of that name in its inventory, its center or its tags. */
  of: string;
  name: string;
  type: FieldType;
  /** Where a deployment's text is once the deployment is ready, and what it is until then. */
  whenReady?: FieldOptions[typeof WhenReady];
  /** The time of the query, in milliseconds since the epoch, for such a field. */
  now?: number;
}

interface Queryable {
  inventory: TObject;
  /** Fields that are stored and not in the inventory. */
  hidden: TObject;
  /** The parameters of the operation that creates one. */
  params: TObject;
}

const resources = {
  ModelCenter: {
    inventory: ModelCenterInventory,
    hidden: HiddenFields,
    params: AddModelCenterParams,
  },
  Model: { inventory: ModelInventory, hidden: HiddenModelFields, params: AddModelParams },
  ModelService: {
    inventory: ModelServiceInventory,
    hidden: HiddenFields,
    params: AddModelServiceParams,
  },
  Dataset: {
    inventory: DatasetInventory,
    hidden: HiddenDatasetFields,
    params: CreateDatasetParams,
  },
  ModelServiceInstanceGroup: {
    inventory: ModelServiceInstanceGroupInventory,
    hidden: HiddenGroupFields,
    params: DeployModelServiceParams,
  },
} as const satisfies Record<string, Queryable>;

/**
 * What can be queried, by the name in Query operations, in the order of seeds. Of an inventory the scalar fields are
 * queryable, and as `list.field` those of its lists of other inventories.
 */
export const queryableEntities = {
  ...resources,
  UserTag: {
    inventory: UserTagInventory,
    hidden: Type.Pick(SystemTagInventory, ['inherent']),
    params: CreateTagParams,
  },
  SystemTag: { inventory: SystemTagInventory, hidden: Type.Object({}), params: CreateTagParams },
} as const satisfies Record<string, Queryable>;

export type EntityKind = keyof typeof queryableEntities;
export const entityKinds = Object.keys(queryableEntities) as EntityKind[];

type Queryables = typeof queryableEntities;
export type InventoryOf<Kind extends EntityKind> = Static<Queryables[Kind]['inventory']>;
export type ParamsOf<Kind extends EntityKind> = Static<Queryables[Kind]['params']>;
/** The fields of a kind that are stored and never returned. */
export type HiddenOf<Kind extends EntityKind> = Static<Queryables[Kind]['hidden']>;

/** The kinds of resource: what has tags, a type such as `ModelVO`, and a uuid that is unique among all kinds. */
export type ResourceKind = keyof typeof resources;
export const resourceKinds = Object.keys(resources) as ResourceKind[];

const fields = new Map(
  Object.entries<Queryable>(queryableEntities).map(([kind, { inventory }]) => [
    kind,
    fieldsOf(inventory, kind in resources),
  ]),
);

/** The queryable field of that name, or undefined. */
export function queryField(kind: EntityKind, name: string): QueryField | undefined {
  return fields.get(kind)?.get(name);
}

function fieldsOf(inventory: TObject, hasTags: boolean): Map<string, QueryField> {
  const found = new Map<string, QueryField>();
  const add = (of: string, { properties }: TSchema, prefix = `${of}.`) => {
    for (const [name, property] of Object.entries<TSchema>(properties)) {
      const type = fieldType(property);
      const { [WhenReady]: whenReady, [Computed]: isComputed }: FieldOptions = property;
      if (!type || isComputed) continue;
      found.set(prefix + name, { of, name, type, ...(whenReady && { whenReady }) });
    }
  };
  add('self', inventory, '');
  for (const [name, { items }] of Object.entries<TSchema>(inventory.properties)) {
    if (items?.properties) add(name, items);
  }
  if (hasTags && inventory.properties.modelCenterUuid) add('modelCenter', ModelCenterInventory);
  if (hasTags) {
    found.set('__userTag__', { of: 'userTags', name: 'tag', type: 'text' });
    found.set('__systemTag__', { of: 'systemTags', name: 'tag', type: 'text' });
  }
  return found;
}

/** Whether a member of an inventory is a column: neither computed nor other resources. */
export function isColumn(name: string, schema: FieldSchema): boolean {
  const { [WhenReady]: whenReady, [Computed]: isComputed }: FieldOptions = schema;
  if (isComputed || schema.properties || schema.items?.properties) return false;
  return (whenReady?.column ?? name) === name;
}

/** The type of a field; undefined for a list, a map or another resource, which can't be queried. */
export function fieldType(schema: TSchema): FieldType | undefined {
  switch (schema.type) {
    case 'string':
      return schema[Time as never] ? 'time' : 'text';
    case 'integer':
      return schema.format === 'int32' ? 'integer' : 'long';
    case 'boolean':
      return 'boolean';
    default:
      return undefined;
  }
}
