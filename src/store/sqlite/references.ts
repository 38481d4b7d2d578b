import type { Reference } from '../../domain/store.ts';
import { assertAllFound } from '../errors.ts';
import type { Statements } from './statements.ts';

/** @throws ApiError SYS.1003 naming what is missing (F53) */
export function assertReference(run: Statements, reference: Reference): void {
  const { type, uuids } = reference;
  const found = type === 'TagVO' ? run.findTagUuids(uuids) : run.findResourceUuids(type, uuids);
  assertAllFound(reference, new Set(found));
}
