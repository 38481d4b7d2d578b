import { describe, expect, test } from 'vitest';
import { newUuid, session } from '../../support/records.ts';
import { asIs } from '../../support/results.ts';
import type { OpenStore } from '../../support/stores.ts';

/** Sessions and passwords. */
export function describeSessions(open: OpenStore): void {
  describe('a session', () => {
    test('is unknown until added, and then as it was added', async (context) => {
      const store = await open(context);
      const known = session();
      const { uuid, expiredDate } = known;
      expect(await store.useSession(uuid, 0, 1)).toBeUndefined();
      await store.addSession(known, 0);
      expect(await store.useSession(uuid, expiredDate - 1, expiredDate)).toEqual(known);
      expect(await store.useSession(uuid.toUpperCase(), 0, expiredDate)).toBeUndefined();
    });

    test('is extended by each use, without affecting others', async (context) => {
      const store = await open(context);
      const [used, unused] = [session(), session()];
      await store.addSession(used, 0);
      await store.addSession(unused, 0);
      for (const hour of [1, 2, 3, 4]) {
        const now = used.createDate + hour * 3_600_000;
        const expiredDate = now + 7_200_000;
        expect(await store.useSession(used.uuid, now, expiredDate)).toEqual({
          ...used,
          expiredDate,
        });
      }
      const { uuid, expiredDate } = unused;
      expect(await store.useSession(unused.uuid, expiredDate, expiredDate + 1)).toBeUndefined();
      expect(await store.useSession(uuid, expiredDate - 1, expiredDate)).toEqual(unused);
    });

    test('is returned by each use, however small the step', async (context) => {
      const store = await open(context);
      const known = session();
      await store.addSession(known, 0);
      for (const step of [1, 400, 999, 1000, 60_000]) {
        const answered = await store.useSession(known.uuid, 0, known.expiredDate + step);
        // A use with an expiry in the past returns the stored one.
        expect(await store.useSession(known.uuid, 0, answered?.expiredDate ?? 0)).toEqual(answered);
      }
    });

    test('is found without being used', async (context) => {
      const store = await open(context);
      const known = session();
      const { uuid, expiredDate } = known;
      expect(await store.findSession(uuid, 0)).toBeUndefined();
      await store.addSession(known, 0);
      for (const now of [0, expiredDate - 1]) {
        expect(await store.findSession(uuid, now)).toEqual(known);
      }
      for (const now of [expiredDate, expiredDate + 1]) {
        expect(await store.findSession(uuid, now)).toBeUndefined();
      }
      for (const other of ['', '%', '\0', '\ud800', uuid.toUpperCase(), `${uuid} `]) {
        expect(await store.findSession(other, 0)).toBeUndefined();
      }
    });

    test('is removed by the next addition after its expiry', async (context) => {
      const store = await open(context);
      const [expired, last] = [session({ expiredDate: 100 }), session({ expiredDate: 101 })];
      await store.addSession(expired, 0);
      await store.addSession(last, 0);
      await store.addSession(session(), 99);
      expect(await store.findSession(expired.uuid, 0)).toEqual(expired);
      await store.addSession(session(), 100);
      // Used a moment before it expired, since the sweep may remove an expired one at any time.
      expect(await store.findSession(expired.uuid, 0)).toBeUndefined();
      expect(await store.findSession(last.uuid, 0)).toEqual(last);
    });

    test('has a unique uuid', async (context) => {
      const store = await open(context);
      const [known, expired] = [session(), session({ expiredDate: 1 })];
      await store.addSession(known, 0);
      await store.addSession(expired, 0);
      const another = session({ uuid: known.uuid });
      await expect(store.addSession(another, 1)).rejects.toBeDefined();
      expect(await store.findSession(known.uuid, 0)).toEqual(known);
      // The sweep is undone with the addition.
      expect(await store.findSession(expired.uuid, 0)).toEqual(expired);
    });

    test.for([
      ['earlier', -3_600_000],
      ['later', 31_536_000_000],
      ['by a millisecond', 1],
      ['not at all', 0],
    ] as const)('is renewed without affecting others: %s', async ([, step], context) => {
      const store = await open(context);
      const [known, other] = [session(), session()];
      await store.addSession(known, 0);
      await store.addSession(other, 0);
      const renewed = { ...known, expiredDate: known.expiredDate + step };
      const now = known.createDate;
      expect(await store.renewSession(known.uuid, now, renewed.expiredDate, asIs)).toEqual(renewed);
      expect(await store.findSession(known.uuid, renewed.expiredDate - 1)).toEqual(renewed);
      expect(await store.findSession(known.uuid, renewed.expiredDate)).toBeUndefined();
      expect(await store.findSession(other.uuid, now)).toEqual(other);
    });

    test('is not renewed when it is unknown or has expired', async (context) => {
      const store = await open(context);
      const known = session();
      const { uuid, expiredDate } = known;
      await store.addSession(known, 0);
      expect(await store.renewSession(newUuid(), 0, expiredDate + 1, asIs)).toBeUndefined();
      expect(await store.renewSession(uuid, expiredDate, expiredDate + 1, asIs)).toBeUndefined();
      expect(await store.findSession(uuid, expiredDate - 1)).toEqual(known);
      expect(await store.findSession(uuid, expiredDate)).toBeUndefined();
    });

    test('lasts as long as it was renewed for, however often it is used', async (context) => {
      const store = await open(context);
      const known = session();
      await store.addSession(known, 0);
      const { uuid, createDate } = known;
      const expiredDate = createDate + 31_536_000_000;
      const renewed = await store.renewSession(uuid, createDate, expiredDate, asIs);
      for (const now of [createDate, createDate + 1, createDate + 7_200_000]) {
        expect(await store.useSession(uuid, now, now + 7_200_000)).toEqual(renewed);
      }
      const late = expiredDate - 1;
      const used = await store.useSession(uuid, late, late + 7_200_000);
      expect(used).toEqual({ ...known, expiredDate: late + 7_200_000 });
    });

    test('is deleted without affecting others', async (context) => {
      const store = await open(context);
      const [known, other] = [session(), session()];
      await store.addSession(known, 0);
      await store.addSession(other, 0);
      for (const uuid of ['', '%', '\0', '\ud800', newUuid(), known.uuid.toUpperCase()]) {
        await expect(store.deleteSession(uuid)).resolves.toBeUndefined();
      }
      expect(await store.findSession(known.uuid, 0)).toEqual(known);
      for (const _ of ['once', 'again']) {
        await expect(store.deleteSession(known.uuid)).resolves.toBeUndefined();
        expect(await store.findSession(known.uuid, 0)).toBeUndefined();
        expect(await store.useSession(known.uuid, 0, known.expiredDate + 1)).toBeUndefined();
        expect(
          await store.renewSession(known.uuid, 0, known.expiredDate + 1, asIs),
        ).toBeUndefined();
      }
      expect(await store.findSession(other.uuid, 0)).toEqual(other);
    });

    test('is not shortened by a use at the same time as a renewal', async (context) => {
      const store = await open(context);
      const known = session();
      await store.addSession(known, 0);
      const { uuid, createDate, expiredDate } = known;
      const year = createDate + 31_536_000_000;
      const used = store.useSession(uuid, createDate + 60_000, expiredDate + 60_000);
      const renewed = store.renewSession(uuid, createDate + 60_000, year, asIs);
      await Promise.all([used, renewed]);
      expect((await store.findSession(uuid, createDate))?.expiredDate).toBe(year);
    });

    test('is not brought back by a use at the same time as its deletion', async (context) => {
      const store = await open(context);
      const known = session();
      await store.addSession(known, 0);
      const { uuid, createDate, expiredDate } = known;
      const used = store.useSession(uuid, createDate + 60_000, expiredDate + 60_000);
      await Promise.all([used, store.deleteSession(uuid)]);
      expect(await store.findSession(uuid, createDate)).toBeUndefined();
    });
  });

  describe('a password', () => {
    test('is unknown until it is set, and then the last one', async (context) => {
      const store = await open(context);
      const [account, other] = [newUuid(), newUuid()];
      expect(await store.findPassword(account)).toBeUndefined();
      for (const hash of ['first', 'second', 'second', '', '散列 😀']) {
        await store.setPassword(account, hash);
        expect(await store.findPassword(account)).toBe(hash);
        expect(await store.findPassword(other)).toBeUndefined();
      }
      await store.setPassword(other, 'another');
      expect(await store.findPassword(account)).toBe('散列 😀');
      expect(await store.findPassword(account.toUpperCase())).toBeUndefined();
    });

    test('that is set ends the sessions of its account only', async (context) => {
      const store = await open(context);
      const account = newUuid();
      const own = [session({ accountUuid: account }), session({ accountUuid: account })];
      const other = session({ userUuid: account });
      for (const each of [...own, other]) await store.addSession(each, 0);
      await store.setPassword(account, 'a hash');
      for (const { uuid } of own) expect(await store.findSession(uuid, 0)).toBeUndefined();
      expect(await store.findSession(other.uuid, 0)).toEqual(other);

      const later = session({ accountUuid: account });
      await store.addSession(later, 0);
      expect(await store.findSession(later.uuid, 0)).toEqual(later);
      // Setting what it already is ends them too: setting a password always ends the sessions.
      await store.setPassword(account, 'a hash');
      expect(await store.findSession(later.uuid, 0)).toBeUndefined();
    });
  });
}
