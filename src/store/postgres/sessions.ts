import type { Session } from '../../domain/records.ts';
import type { Run } from './connections.ts';
import { statements } from './statements.ts';

/** Undefined for a session that is unknown or has expired. */
export async function validSession(
  run: Run,
  uuid: string,
  now: number,
): Promise<Session | undefined> {
  const { rows } = await statements.sessionByUuid(run, { uuid, now });
  if (!rows[0]) return undefined;
  const [, accountUuid, userUuid, createDate, expiredDate] = rows[0] as [
    ...[string, string, string, number, number],
  ];
  return { uuid, accountUuid, userUuid, createDate, expiredDate };
}
