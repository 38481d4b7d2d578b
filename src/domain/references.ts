import { type Operation, type OperationName, operations } from '../contract/operations.ts';
import type { ResourceType } from '../contract/schemas/resource.ts';
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
    .filter(({ type }) => strictReferences || !STRICT_TYPES.includes(type))
    .flatMap(({ field, type }) => argumentReference(field, type, params[field as never]));
}

/** The resource that the request's path names. */
export function pathReference(field: string, type: ResourceType, uuid: string): Reference {
  return { field, type, uuids: [uuid], list: false };
}

/** The resources that an argument names; none if it is absent. */
export function argumentReference(
  field: string,
  type: Reference['type'],
  value: string | readonly string[] | undefined,
): Reference[] {
  if (value === undefined) return [];
  const list = typeof value !== 'string';
  return [{ field, type, uuids: list ? value : [value], list }];
}
