import type { TObject, TSchema } from '@sinclair/typebox';
import { ModelInventory } from './model.ts';
import { ModelCenterInventory } from './model-center.ts';
import {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from './model-service.ts';
import { SystemTagInventory, UserTagInventory } from './tag.ts';
import { Time } from './types.ts';

/** How a field's values are compared. */
export type FieldType = 'text' | 'integer' | 'long' | 'boolean' | 'time';

/** A field that queries may name (F57). */
export interface QueryField {
  /** What has the field: the resource itself, what is related to it by that name, or its tags. */
  of: 'self' | Relation | 'userTags' | 'systemTags';
  name: string;
  type: FieldType;
}

export type Relation = 'modelServiceRefs' | 'modelServiceImages' | 'modelCenter';

interface Queryable {
  inventory: TObject;
  /** Inventories whose fields are asked for as `relation.field`. */
  related: Partial<Record<Relation, TObject>>;
  /** Whether `__userTag__` and `__systemTag__` can be asked for. */
  tagged: boolean;
}

/** What can be queried, and by what. Only scalar fields of these inventories are ever looked at. */
export const queryableEntities = {
  ModelService: {
    inventory: ModelServiceInventory,
    related: {
      modelServiceRefs: ModelServiceRefInventory,
      modelServiceImages: ModelServiceImageInventory,
      modelCenter: ModelCenterInventory,
    },
    tagged: true,
  },
  Model: {
    inventory: ModelInventory,
    related: { modelServiceRefs: ModelServiceRefInventory, modelCenter: ModelCenterInventory },
    tagged: true,
  },
  ModelCenter: { inventory: ModelCenterInventory, related: {}, tagged: true },
  UserTag: { inventory: UserTagInventory, related: {}, tagged: false },
  SystemTag: { inventory: SystemTagInventory, related: {}, tagged: false },
} as const satisfies Record<string, Queryable>;

/** What can be queried, by its name in the operations' names. */
export type EntityKind = keyof typeof queryableEntities;

const fields = new Map(
  Object.entries<Queryable>(queryableEntities).map(([kind, queryable]) => [
    kind,
    fieldsOf(queryable),
  ]),
);

/** The field of that name; undefined where there is none that can be asked for. */
export function queryField(kind: EntityKind, name: string): QueryField | undefined {
  return fields.get(kind)?.get(name);
}

function fieldsOf({ inventory, related, tagged }: Queryable): Map<string, QueryField> {
  const found = new Map<string, QueryField>();
  const add = (of: QueryField['of'], schema: TObject, prefix: string) => {
    for (const [name, property] of Object.entries(schema.properties)) {
      const type = typeOf(property);
      if (type) found.set(prefix + name, { of, name, type });
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

/** Undefined for a list, a map, or another resource. */
function typeOf(schema: TSchema): FieldType | undefined {
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
