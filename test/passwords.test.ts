import { createHash, scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { scryptPasswords } from '../src/passwords.ts';
import { INITIAL_DIGEST, quickPasswords } from './support/logins.ts';
import { newUuid } from './support/records.ts';

const { digest, hash, matches } = scryptPasswords();

/** Known answers of SHA-512, from its standard and from the platform’s initial password. */
describe('the digest is the lower-case hexadecimal SHA-512', () => {
  test.each([
    ['password', INITIAL_DIGEST],
    [
      '',
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' +
        '47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    ],
    [
      'abc',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ])('of %j', (password, expected) => {
    expect(digest(password)).toBe(expected);
  });

  test('of the text’s UTF-8', () => {
    const bytes = Buffer.from('pässwörd 🔑', 'utf8');
    expect(digest('pässwörd 🔑')).toBe(createHash('sha512').update(bytes).digest('hex'));
  });
});

describe('the hash', () => {
  const DIGEST = digest('secret');

  test('contains neither the password nor its digest', async () => {
    const stored = await hash(DIGEST, newUuid());
    for (const form of ['utf8', 'hex', 'base64'] as const) {
      expect(stored).not.toContain(Buffer.from('secret').toString(form));
      expect(stored).not.toContain(Buffer.from(DIGEST, 'hex').toString(form));
    }
  });

  test('matches its digest and no other', async () => {
    const stored = await hash(DIGEST, newUuid());
    expect(await matches(DIGEST, stored)).toBe(true);
    expect(await matches(DIGEST.toUpperCase(), stored)).toBe(false);
  });

  test('is another with another salt', async () => {
    const [one, same, other] = await Promise.all([
      hash(DIGEST, 'a'.repeat(32)),
      hash(DIGEST, 'a'.repeat(32)),
      hash(DIGEST, 'b'.repeat(32)),
    ]);
    expect(same).toBe(one);
    expect(other?.split('$').at(-1)).not.toBe(one?.split('$').at(-1));
  });

  test('takes the time and memory that make guessing expensive', async () => {
    const [name, N, r, p] = (await hash(DIGEST, newUuid())).split('$');
    expect(name).toBe('scrypt');
    expect(128 * Number(N) * Number(r)).toBeGreaterThanOrEqual(16 * 1024 * 1024);
    expect(Number(p)).toBeGreaterThanOrEqual(1);
    const before = process.cpuUsage();
    await hash(DIGEST, newUuid());
    const { user, system } = process.cpuUsage(before);
    // Of a plain SHA-512 it would be a few microseconds.
    expect((user + system) / 1000).toBeGreaterThan(10);
  });

  test('is made and compared without blocking', async () => {
    const stored = await hash(DIGEST, newUuid());
    for (const slow of [() => hash(DIGEST, newUuid()), () => matches(DIGEST, stored)]) {
      let ticks = 0;
      let over = false;
      const done = slow().finally(() => {
        over = true;
      });
      while (!over) {
        ticks++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await done;
      expect(ticks).toBeGreaterThan(10);
    }
  });

  test('with another cost can still be verified', async () => {
    const key = scryptSync(DIGEST, 'some salt', 32, { N: 1024, r: 4, p: 2 }).toString('hex');
    const stored = `scrypt$1024$4$2$some salt$${key}`;
    expect(await matches(DIGEST, stored)).toBe(true);
    expect(await matches(digest('other'), stored)).toBe(false);
  });
});

describe('an incomplete hash', () => {
  test.each<[string, (stored: string) => string]>([
    ['nothing', () => ''],
    ['one without its last byte', (stored) => stored.slice(0, -2)],
    ['one without its key', (stored) => stored.replace(/[^$]*$/, '')],
    ['one whose key is no hexadecimal', (stored) => stored.replace(/[^$]*$/, 'z'.repeat(64))],
    ['one with a byte more', (stored) => `${stored}00`],
    ['one with another salt', (stored) => stored.replace(/\$[^$]*(\$[^$]*)$/, '$other$1')],
    ['one with another cost', (stored) => stored.replace(/^scrypt\$\d+/, 'scrypt$$32')],
    ['one that costs too much', (stored) => stored.replace(/^scrypt\$\d+/, 'scrypt$$1e300')],
    ['the digest', () => digest('secret')],
  ])('%s never matches', async (_, damage) => {
    const stored = damage(await quickPasswords.hash(digest('secret'), newUuid()));
    const matched = await matches(digest('secret'), stored).catch(() => false);
    expect(matched).toBe(false);
  });
});
