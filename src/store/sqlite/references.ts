import { ApiError } from '../../contract/errors.ts';
import type { Reference } from '../../domain/ports.ts';
import type { Statements } from './statements.ts';

/** @throws ApiError SYS.1003 naming what is missing (contract §4.3) */
export function requireReference(run: Statements, { field, type, uuids, list }: Reference): void {
  const found = new Set(
    type === 'TagVO' ? run.findTagUuids(uuids) : run.findResourceUuids(type, uuids),
  );
  const missing = [...new Set(uuids)].filter((uuid) => !found.has(uuid));
  if (missing.length === 0) return;
  throw notFound(field, list ? `uuids:[${missing.join(', ')}]` : `uuid:${missing[0]}`, type);
}

/** SYS.1003 for a resource that a field names. */
export function notFound(field: string, resource: string, type: string): ApiError {
  return new ApiError(
    'resourceNotFound',
    `invalid field[${field}], resource[${resource}, type:${type}] not found`,
  );
}
