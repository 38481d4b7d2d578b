import type { Session } from '../../domain/records.ts';
import type { Statements } from './statements.ts';

/** Undefined for a session that is unknown or has expired. */
export function validSession(run: Statements, uuid: string, now: number): Session | undefined {
  const session = run.sessionByUuid(uuid);
  return session && session.expiredDate > now ? session : undefined;
}

/** @returns the session as it now is */
export function moveExpiry(run: Statements, session: Session, expiredDate: number): Session {
  const moved = { ...session, expiredDate };
  run.updateSession(moved);
  return moved;
}
