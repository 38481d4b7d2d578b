import { type Field, membersOf, type Schema, schemaOf } from '../api/document.ts';
import type { Kind } from './kinds.ts';

const COMPARISONS = ['=', '>=', '<=', '>', '<', '!=', '?=', '!?='];

const isScalar = ([, { type }]: Field) => type !== 'array' && type !== 'object';

/** The fields of a kind's inventory. */
export const fieldsOf = ({ entity }: Kind): Field[] => membersOf(schemaOf(`${entity}Inventory`));

/** The fields that can be columns, sorted by, and named in `fields`. */
export const scalarFieldsOf = (kind: Kind): Field[] => fieldsOf(kind).filter(isScalar);

/** The fields that a query may name: those of the resource, of what it refers to, and its tags (F57). */
export function queryFieldsOf(kind: Kind): Field[] {
  const own = fieldsOf(kind);
  const within = (prefix: string, schema: Schema): Field[] =>
    membersOf(schema)
      .filter(isScalar)
      .map(([name, member]) => [`${prefix}.${name}`, member]);
  const related = own.flatMap(([name, { items }]) => (items ? within(name, items) : []));
  const hasCenter = own.some(([name]) => name === 'modelCenterUuid');
  return [
    ...own.filter(isScalar),
    ['__userTag__', { type: 'string' }],
    ['__systemTag__', { type: 'string' }],
    ...related,
    ...(hasCenter ? within('modelCenter', schemaOf('ModelCenterInventory')) : []),
  ];
}

/** The operators that make sense for a field, the most usual one first. */
export function operatorsOf([name, { type, enum: values }]: Field): string[] {
  if (type === 'boolean') return ['=', '!='];
  if (type === 'integer' || name.endsWith('Date')) return COMPARISONS;
  return values ? ['=', '!=', '?=', '!?='] : ['~=', '=', '!=', '!~=', '?=', '!?='];
}

/** The values that a field can have, where they are few. */
export const valuesOf = ({ type, enum: values = [] }: Schema): string[] =>
  type === 'boolean' ? ['true', 'false'] : values;
