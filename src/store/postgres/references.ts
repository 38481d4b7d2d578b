import type { Reference } from '../../domain/dependencies.ts';
import { assertAllFound } from '../errors.ts';
import type { Run } from './connections.ts';
import { statements } from './statements.ts';

/**
 * What it names stays until the transaction ends.
 * @throws ApiError SYS.1003 naming what is missing (F53)
 */
export async function assertReference(run: Run, reference: Reference): Promise<void> {
  const { type, uuids } = reference;
  const found =
    type === 'TagVO'
      ? await statements.lockTagsForKeyShare(run, { uuids })
      : await statements.lockResourcesForKeyShare(run, { uuids, type });
  assertAllFound(reference, new Set(found.rows.map(([uuid]) => uuid as string)));
}
