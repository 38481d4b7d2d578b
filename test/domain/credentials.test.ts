import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { setAdminPassword, verifyCredentials } from '../../src/domain/credentials.ts';
import { scryptPasswords } from '../../src/passwords.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ADMIN_UUID, digestOf, INITIAL_DIGEST, quickPasswords } from '../support/logins.ts';
import { newUuid, session } from '../support/records.ts';

/** An account on a database of its own. */
function account({ file = ':memory:', initialPassword = true, passwords = quickPasswords } = {}) {
  const store = createSqliteStore(openSqlite({ file, migrationsFolder: MIGRATIONS }));
  onTestFinished(() => store.close());
  const access = {
    required: true,
    wellKnownSessions: new Set<string>(),
    sessionLifetime: 7_200_000,
    initialPassword,
  };
  return {
    store,
    check: (digest: string, name = 'admin') =>
      verifyCredentials(name, digest, { store, passwords, access }),
    set: (password: string) => setAdminPassword(password, { store, passwords, newUuid }),
    hash: () => store.findPassword(ADMIN_UUID),
  };
}

test('the initial password is valid if it is allowed and none was set', async () => {
  const { check, hash } = account();
  expect(await check(INITIAL_DIGEST)).toBe(true);
  expect(await check(INITIAL_DIGEST, 'root')).toBe(false);
  expect(await check(digestOf('Password'))).toBe(false);
  expect(await check('')).toBe(false);
  expect(await hash()).toBeUndefined();
});

test('no password is valid if the initial one is not allowed and none was set', async () => {
  const { check } = account({ initialPassword: false });
  for (const digest of [INITIAL_DIGEST, digestOf(''), '', 'undefined', 'null', 'password']) {
    expect(await check(digest)).toBe(false);
  }
});

test.each([
  'secret',
  ' with spaces ',
  'pässwörd 🔑',
  'x'.repeat(10_000),
  '$',
  'null',
])('only the password that was set last is valid: %#', async (password) => {
  const { check, set } = account();
  await set('one before');
  await set(password);
  expect(await check(digestOf(password))).toBe(true);
  expect(await check(digestOf(password), 'Root')).toBe(false);
  for (const other of ['password', 'one before', '', password.toUpperCase().slice(1)]) {
    expect(await check(digestOf(other))).toBe(false);
  }
  expect(await check(password)).toBe(false);
});

test('setting the same password again changes neither its hash nor the sessions', async () => {
  const { set, hash, store } = account();
  await set('secret');
  const [before, begun] = [await hash(), session({ accountUuid: ADMIN_UUID })];
  await store.addSession(begun, begun.createDate);
  await set('secret');
  expect(await hash()).toBe(before);
  expect(await store.findSession(begun.uuid, begun.createDate)).toEqual(begun);
});

test.each([
  ['another', 'other'],
  ['one that differs in case', 'Secret'],
  ['one that differs in a space', 'secret '],
])('setting %s ends the sessions', async (_, other) => {
  const { set, hash, store } = account();
  await set('secret');
  const [before, begun] = [await hash(), session({ accountUuid: ADMIN_UUID })];
  await store.addSession(begun, begun.createDate);
  await set(other);
  expect(await hash()).not.toBe(before);
  expect(await store.findSession(begun.uuid, begun.createDate)).toBeUndefined();
});

test('the password stays valid when the setting is removed', async (context) => {
  const file = join(temporaryFolder(context), 'aios.db');
  const first = account({ file });
  await first.set('secret');
  await first.store.close();
  const second = account({ file });
  expect(await second.check(digestOf('secret'))).toBe(true);
  expect(await second.check(INITIAL_DIGEST)).toBe(false);
});

/** All bytes that a database takes on disk, also while it is open. */
const bytesOf = (file: string) =>
  Buffer.concat([file, `${file}-wal`].map((path) => readFileSync(path)));

test('neither a password nor its digest is anywhere in the database file', async (context) => {
  const file = join(temporaryFolder(context), 'aios.db');
  const { set, check, hash } = account({ file, passwords: scryptPasswords() });
  const words = ['correct horse battery staple', 'Tr0ub4dor&3'];
  for (const password of words) {
    await set(password);
    await check(digestOf(password));
    await check(digestOf(`${password}!`));
  }
  const stored = bytesOf(file);
  expect(stored.includes((await hash()) ?? 'none')).toBe(true);
  for (const word of [...words, ...words.map((password) => `${password}!`)]) {
    const digest = digestOf(word);
    const secrets = [word, digest, digest.toUpperCase(), Buffer.from(digest, 'hex')];
    for (const secret of secrets) expect(stored.includes(secret)).toBe(false);
    expect(stored.includes(Buffer.from(digest, 'hex').toString('base64'))).toBe(false);
    // As UTF-16 too, which is how a careless copy of a text may stand in memory.
    expect(stored.includes(Buffer.from(word, 'utf16le'))).toBe(false);
  }
});
