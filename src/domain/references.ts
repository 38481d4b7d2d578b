import { type Operation, type OperationName, operations } from '../contract/operations.ts';
import { type FieldOptions, RefersTo } from '../contract/schemas/types.ts';
import type { Dependencies } from './dependencies.ts';
import type { Reference } from './store.ts';

/** What this server does not own by default: it must exist in strict mode alone (F13). */
const STRICT_TYPES = ['ModelCenterVO', 'TagVO'];

/** The parameters of each operation that name other resources, with their types. */
const referringParams = Object.fromEntries(
  Object.entries<Operation>(operations).map(([name, { params }]) => [
    name,
    Object.entries<FieldOptions>(params.properties).flatMap(([field, { [RefersTo]: type }]) =>
      type === undefined ? [] : [{ field, type: type as Reference['type'] }],
    ),
  ]),
) as Record<OperationName, Pick<Reference, 'field' | 'type'>[]>;

/** The resources that the parameters of an operation name, in the order of the parameters. */
export function paramReferences(
  operation: OperationName,
  params: object,
  { strictReferences }: Pick<Dependencies, 'strictReferences'>,
): Reference[] {
  return referringParams[operation]
    .filter(({ field }) => params[field as never] !== undefined)
    .filter(({ type }) => strictReferences || !STRICT_TYPES.includes(type))
    .map(({ field, type }) => referenceTo(field, type, params[field as never]));
}

/** The resource, or the list of them, that an argument or the request's path names. */
export function referenceTo(
  field: string,
  type: Reference['type'],
  value: string | readonly string[],
): Reference {
  const list = typeof value !== 'string';
  return { field, type, uuids: list ? value : [value], list };
}
