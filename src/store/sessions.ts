import type { Session } from '../domain/records.ts';
import type { Sessions } from '../domain/store.ts';
import type { Statements } from './statements.ts';
import { inOrder, oneStep, type Steps, type Transactions } from './steps.ts';

/**
 * A session is extended only by a hundredth of its lifetime or more, or by a second or more, the resolution of
 * dates in answers, so that most requests need no write.
 */
const EXTENSION_MIN_MS = 1000;
const EXTENSION_MIN_PART = 1 / 100;

/** Whether moving a session's end from one time to another is worth a write; all times in milliseconds. */
function shouldExtend(from: number, to: number, now: number): boolean {
  return to - from >= Math.min(EXTENSION_MIN_MS, (to - now) * EXTENSION_MIN_PART);
}

/** Creates the methods of sessions and passwords. */
export function createSessions(
  statements: Statements,
  { read, write, writeStatement, tryWrite }: Transactions,
): Sessions {
  const findSession: Sessions['findSession'] = async (uuid, now) =>
    (await read(() => statements.sessionByUuid({ uuid, now })))[0];

  function* extend(uuid: string, now: number, expiredDate: number): Steps<Session | undefined> {
    yield statements.extendExpiry({ uuid, now, expiredDate });
    // Read again, because the session may have been renewed or deleted meanwhile.
    return (yield* statements.sessionByUuid({ uuid, now }))[0];
  }

  return {
    addSession: (session, now) =>
      write(() =>
        inOrder(statements.deleteExpiredSessions({ now }), statements.insertSession(session)),
      ),
    findSession,
    useSession: async (uuid, now, expiredDate) => {
      const session = await findSession(uuid, now);
      if (!session || !shouldExtend(session.expiredDate, expiredDate, now)) return session;
      // Reads must work with the session even if the database can't be written to.
      return tryWrite(() => extend(uuid, now, expiredDate)).catch(() => session);
    },
    deleteSession: (uuid) => writeStatement(() => inOrder(statements.deleteSession({ uuid }))),

    findPassword: async (accountUuid) => {
      const { rows } = await read(() => oneStep(statements.passwordOf({ accountUuid })));
      return rows[0]?.[0] as string | undefined;
    },
    setPassword: (accountUuid, hash) =>
      write(() =>
        inOrder(
          statements.setPassword({ accountUuid, hash }),
          statements.deleteSessionsOf({ accountUuid }),
        ),
      ),
  };
}
