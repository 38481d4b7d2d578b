import { type Static, Type } from '@sinclair/typebox';
import { boolean, date, integer, objectOf, optional, text, uuidOf } from './types.ts';

export const SessionInventory = objectOf('SessionInventory', 'A session of an account.', {
  uuid: uuidOf('the session, for the header `Authorization: OAuth <uuid>`'),
  accountUuid: uuidOf('the account'),
  userUuid: uuidOf('the user'),
  expiredDate: date('Time of expiry, which every use of the session extends'),
  createDate: date('Time of the login'),
  noSessionEvaluation: boolean('Always false.'),
});
export type SessionInventory = Static<typeof SessionInventory>;

export const LogInByAccountParams = Type.Object({
  accountName: text('Name of the account: always `admin`.'),
  password: text('SHA-512 of the password, in 128 lower-case hexadecimal digits.'),
});

/** From a minute to a year, in seconds. */
const DURATION = { min: 60, max: 31_536_000 };

export const RenewSessionParams = Type.Object(
  optional({
    duration: integer(
      'Lifetime of the session from now, in seconds; by default `AIOS_SESSION_TIMEOUT` of the server.',
      DURATION,
    ),
  }),
);
