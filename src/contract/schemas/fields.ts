import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { CreateDatasetParams, DatasetInventory, HiddenDatasetFields } from './dataset.ts';
import { AddModelParams, HiddenModelFields, ModelInventory } from './model.ts';
import { AddModelCenterParams, ModelCenterInventory } from './model-center.ts';
import {
  AddModelServiceParams,
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from './model-service.ts';
import {
  DeployModelServiceParams,
  HiddenGroupFields,
  ModelServiceGroupDatasetRefInventory,
  ModelServiceInstanceGroupInventory,
  ModelServiceInstanceInventory,
} from './model-service-instance-group.ts';
import { hiddenFields } from './resource.ts';
import { CreateTagParams, SystemTagInventory, UserTagInventory } from './tag.ts';
import { Computed, type FieldOptions, Time, WhenReady } from './types.ts';

export type FieldSchema = TSchema;

/** How a field's values are compared. */
export type FieldType = 'text' | 'integer' | 'long' | 'boolean' | 'time';

/** A field that a query may name (F57). */
export interface QueryField {
  /** The owner of the field: the resource itself, a relation of it, or its tags. */
  of: 'self' | Relation | 'userTags' | 'systemTags';
  name: string;
  type: FieldType;
  /** Where a deployment's text is once the deployment is ready, and what it is until then. */
  whenReady?: FieldOptions[typeof WhenReady];
  /** The time of the query, in milliseconds since the epoch, for such a field. */
  now?: number;
}

export type Relation =
  | 'modelServiceRefs'
  | 'modelServiceImages'
  | 'modelCenter'
  | 'instances'
  | 'datasetRefInventories';

interface Queryable {
  inventory: TObject;
  /** Fields that are stored and not in the inventory. */
  hidden: TObject;
  /** The parameters of the operation that creates one. */
  params: TObject;
  /** Inventories of the relations, whose fields are named `relation.field`. */
  related: Partial<Record<Relation, TObject>>;
  /** Whether it has the fields `__userTag__` and `__systemTag__`. */
  tagged: boolean;
}

/** What can be queried, by the name in Query operations, in the order of seeds. Only the scalar fields of an inventory are queryable. */
export const queryableEntities = {
  ModelCenter: {
    inventory: ModelCenterInventory,
    hidden: Type.Object(hiddenFields),
    params: AddModelCenterParams,
    related: {},
    tagged: true,
  },
  Model: {
    inventory: ModelInventory,
    hidden: HiddenModelFields,
    params: AddModelParams,
    related: { modelServiceRefs: ModelServiceRefInventory, modelCenter: ModelCenterInventory },
    tagged: true,
  },
  ModelService: {
    inventory: ModelServiceInventory,
    hidden: Type.Object(hiddenFields),
    params: AddModelServiceParams,
    related: {
      modelServiceRefs: ModelServiceRefInventory,
      modelServiceImages: ModelServiceImageInventory,
      modelCenter: ModelCenterInventory,
    },
    tagged: true,
  },
  Dataset: {
    inventory: DatasetInventory,
    hidden: HiddenDatasetFields,
    params: CreateDatasetParams,
    related: { modelCenter: ModelCenterInventory },
    tagged: true,
  },
  ModelServiceInstanceGroup: {
    inventory: ModelServiceInstanceGroupInventory,
    hidden: HiddenGroupFields,
    params: DeployModelServiceParams,
    related: {
      instances: ModelServiceInstanceInventory,
      datasetRefInventories: ModelServiceGroupDatasetRefInventory,
    },
    tagged: true,
  },
  UserTag: {
    inventory: UserTagInventory,
    hidden: Type.Pick(SystemTagInventory, ['inherent']),
    params: CreateTagParams,
    related: {},
    tagged: false,
  },
  SystemTag: {
    inventory: SystemTagInventory,
    hidden: Type.Object({}),
    params: CreateTagParams,
    related: {},
    tagged: false,
  },
} as const satisfies Record<string, Queryable>;

export type EntityKind = keyof typeof queryableEntities;

type Queryables = typeof queryableEntities;
export type InventoryOf<Kind extends EntityKind> = Static<Queryables[Kind]['inventory']>;
/** The fields of a kind that are stored and never returned. */
export type HiddenOf<Kind extends EntityKind> = Static<Queryables[Kind]['hidden']>;

/** The kinds of resource: what has tags, a type such as `ModelVO`, and a uuid that is unique among all kinds. */
export type ResourceKind = {
  [Kind in EntityKind]: Queryables[Kind]['tagged'] extends true ? Kind : never;
}[EntityKind];

export const resourceKinds = (Object.keys(queryableEntities) as EntityKind[]).filter(
  (kind): kind is ResourceKind => queryableEntities[kind].tagged,
);

const fields = new Map(
  Object.entries<Queryable>(queryableEntities).map(([kind, queryable]) => [
    kind,
    fieldsOf(queryable),
  ]),
);

/** The queryable field of that name, or undefined. */
export function queryField(kind: EntityKind, name: string): QueryField | undefined {
  return fields.get(kind)?.get(name);
}

function fieldsOf({ inventory, related, tagged }: Queryable): Map<string, QueryField> {
  const found = new Map<string, QueryField>();
  const add = (of: QueryField['of'], schema: TObject, prefix: string) => {
    for (const [name, property] of Object.entries(schema.properties)) {
      const type = fieldType(property);
      const { [WhenReady]: whenReady, [Computed]: isComputed }: FieldOptions = property;
      if (type && !isComputed)
        found.set(prefix + name, { of, name, type, ...(whenReady && { whenReady }) });
    }
  };
  add('self', inventory, '');
  for (const [relation, schema] of Object.entries(related)) {
    add(relation as Relation, schema, `${relation}.`);
  }
  if (tagged) {
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
