import { type FieldSchema, fieldType, isColumn } from '../contract/schemas/fields.ts';

/** Makes the columns of a database, NOT NULL unless they are optional. */
export interface ColumnBuilders<Builder> {
  text: () => Builder;
  optionalText: () => Builder;
  /** A 64-bit integer; times are milliseconds since the epoch. */
  integer: (name?: string) => Builder;
  optionalInteger: () => Builder;
  flag: () => Builder;
  json: () => Builder;
}

/** The schema of an inventory. */
interface Inventory<Name extends string> {
  properties: Record<Name, FieldSchema>;
  /** The names of the fields that are always set. */
  required?: readonly string[];
}

/** The fields that tables declare themselves, as keys: uuids, always in lower case. */
export const KEYS = [
  'uuid',
  'modelServiceUuid',
  'resourceUuid',
  'modelUuid',
  'modelServiceGroupUuid',
  'modelServiceInstanceGroupUuid',
  'datasetUuid',
] as const;

/** Creates the functions that turn the fields of inventories into columns, except keys. */
export function inventoryColumns<Builder>(make: ColumnBuilders<Builder>) {
  const { text, optionalText, integer, optionalInteger, flag, json } = make;

  function columnFor(schema: FieldSchema, isRequired: boolean): Builder {
    switch (fieldType(schema)) {
      case 'text':
        return isRequired ? text() : optionalText();
      case 'boolean':
        return flag();
      case undefined:
        return json();
      default:
        return isRequired ? integer() : optionalInteger();
    }
  }

  /** A column of the same name for each stored field of an inventory. */
  function columnsOf<Name extends string>({ properties, required = [] }: Inventory<Name>) {
    const columns = Object.entries<FieldSchema>(properties)
      .filter(([name, schema]) => isColumn(name, schema) && !KEYS.some((key) => key === name))
      .map(([name, schema]) => [name, columnFor(schema, required.includes(name))]);
    return Object.fromEntries(columns) as {
      [Field in Exclude<Name, (typeof KEYS)[number]>]: Builder;
    };
  }

  /** The columns of a kind: those of its inventory, and of the fields that are stored and never returned. */
  function columnsOfKind<Shown extends string, Hidden extends string>(kind: {
    inventory: Inventory<Shown>;
    hidden: Inventory<Hidden>;
  }) {
    return { ...columnsOf(kind.inventory), ...columnsOf(kind.hidden) };
  }

  return { columnsOf, columnsOfKind };
}
