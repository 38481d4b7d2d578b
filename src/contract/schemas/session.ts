import { type Static, Type } from '@sinclair/typebox';
import { boolean, date, integer, objectOf, optional, text, uuidOf } from './types.ts';

export const SessionInventory = objectOf('SessionInventory', 'A session of an account.', {
  uuid: uuidOf('the session, which `Authorization: OAuth` takes'),
  accountUuid: uuidOf('the account'),
  userUuid: uuidOf('the user'),
  expiredDate: date('When the session ends, unless it is used before'),
  createDate: date('When the session began'),
  noSessionEvaluation: boolean('Always false.'),
});
export type SessionInventory = Static<typeof SessionInventory>;

export const LogInByAccountParams = Type.Object({
  accountName: text('Name of the account: `admin`.'),
  password: text('Lower-case hexadecimal SHA-512 of the password.'),
});

/** From a minute to a year, in seconds. */
const DURATION = { min: 60, max: 31_536_000 };

export const RenewSessionParams = Type.Object(
  optional({
    duration: integer(
      'Seconds the session shall last from now; the server’s session timeout where it is not given.',
      DURATION,
    ),
  }),
);
