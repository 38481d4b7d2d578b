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
  return rows[0] && sessionOf(uuid, rows[0]);
}

/** @returns the session as it now is; undefined for one that is unknown or has expired */
export async function moveExpiry(
  run: Run,
  uuid: string,
  now: number,
  expiredDate: number,
): Promise<Session | undefined> {
  const { rows } = await statements.moveExpiry(run, { uuid, now, expiredDate });
  return rows[0] && sessionOf(uuid, rows[0]);
}

function sessionOf(uuid: string, row: unknown[]): Session {
  const [accountUuid, userUuid, createDate, expiredDate] = row as [
    ...[string, string, number, number],
  ];
  return { uuid, accountUuid, userUuid, createDate, expiredDate };
}
