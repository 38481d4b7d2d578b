import type { Sessions } from '../domain/store.ts';
import type { Transactions } from './statement.ts';
import type { Statements } from './statements.ts';

/**
 * A session is extended only by more than a hundredth of its lifetime and more than a second, the resolution of
 * dates in answers, so that most requests need no write.
 */
const SLIDE_MS = 1000;
const SLIDE_PART = 1 / 100;

/** Whether extending a session is worth a write; all times in milliseconds. */
function shouldExtend(end: number, moved: number, now: number): boolean {
  return moved - end >= Math.min(SLIDE_MS, (moved - now) * SLIDE_PART);
}

/** Creates the methods of sessions and passwords. */
export function createSessions(
  statements: Statements,
  { read, write, writeStatement, tryWrite }: Transactions,
): Sessions {
  const findSession: Sessions['findSession'] = async (uuid, now) =>
    (await read(() => statements.sessionByUuid({ uuid, now })))[0];

  return {
    addSession: (session, now) =>
      write(function* () {
        yield statements.deleteExpiredSessions({ now });
        yield statements.insertSession(session);
      }),
    findSession,
    useSession: async (uuid, now, expiredDate) => {
      const session = await findSession(uuid, now);
      if (!session || !shouldExtend(session.expiredDate, expiredDate, now)) return session;
      const extended = tryWrite(function* () {
        yield statements.extendExpiry({ uuid, now, expiredDate });
        // Read again, because the session may have been renewed or deleted meanwhile.
        const [current] = yield* statements.sessionByUuid({ uuid, now });
        return current;
      });
      // Reads must work with the session even if the database can't be written to.
      return extended.catch(() => session);
    },
    deleteSession: (uuid) =>
      writeStatement(function* () {
        yield statements.deleteSession({ uuid });
      }),

    findPassword: (accountUuid) =>
      read(function* () {
        const { rows } = yield statements.passwordOf({ accountUuid });
        return rows[0]?.[0] as string | undefined;
      }),
    setPassword: (accountUuid, hash) =>
      write(function* () {
        yield statements.setPassword({ accountUuid, hash });
        yield statements.deleteSessionsOf({ accountUuid });
      }),
  };
}
