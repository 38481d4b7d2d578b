import { ApiError, invalidArgument } from '../contract/errors.ts';
import type { NewJob, Tag } from '../domain/records.ts';
import type { Reference } from '../domain/store.ts';

/** The error SYS.1003 of a missing resource that a field refers to. */
export function notFound(field: string, resource: string, type: string): ApiError {
  return new ApiError(
    'resourceNotFound',
    `invalid field[${field}], resource[${resource}, type:${type}] not found`,
  );
}

/**
 * @param found uuids of the resources that exist
 * @throws ApiError SYS.1003 naming the missing resources (F53)
 */
export function assertAllFound(
  { field, type, uuids, list }: Reference,
  found: ReadonlySet<string>,
): void {
  const missing = [...new Set(uuids)].filter((uuid) => !found.has(uuid));
  if (missing.length === 0) return;
  throw notFound(field, list ? `uuids:[${missing.join(', ')}]` : `uuid:${missing[0]}`, type);
}

export function alreadyUsed(uuid: string): ApiError {
  return invalidArgument(`resourceUuid[${uuid}] is already used`);
}

export function usedByAnotherKind(field: string, uuid: string): ApiError {
  return invalidArgument(
    `field[${field}.uuid]: [${uuid}] is already used by another kind of resource`,
  );
}

export function usedByAnotherEntry(field: string): ApiError {
  return invalidArgument(`field[${field}.uuid] is already used by another entry of its kind`);
}

export function alreadyTagged({ resourceUuid, tag }: Pick<Tag, 'resourceUuid' | 'tag'>): ApiError {
  return new ApiError(
    'operationFailed',
    `the resource[uuid:${resourceUuid}] already has the tag[${tag}]`,
  );
}

/** @param contents the name and uuid of each resource that goes with the center */
export function hasContents(centerUuid: string, contents: readonly string[][]): ApiError {
  const names = contents.map(([name]) => name);
  const counts = [...new Set(names)].map(
    (name) => `${names.filter((each) => each === name).length} ${name}(s)`,
  );
  return new ApiError(
    'operationFailed',
    `the model center[uuid:${centerUuid}] has ${counts.join(' and ')}: delete them first, or ` +
      'all at once with deleteMode[Enforcing]',
  );
}

export function duplicateJob({ uuid }: Pick<NewJob, 'uuid'>): ApiError {
  return new ApiError('duplicateJob', `Duplicate job uuid[${uuid}]`);
}

/** The error SYS.1007 of a list or count that takes longer than it may (F57). */
export function queryTooLong(seconds: number): ApiError {
  const limit = seconds === 1 ? 'a second' : `${seconds} seconds`;
  return invalidArgument(
    `the query takes longer than ${limit}: narrow its conditions, or ask for less with 'limit'`,
  );
}

/** A database can't be used; the message is a sentence for the user of the command line. */
export class DatabaseOpenError extends Error {}
