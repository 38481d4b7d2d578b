import { createHash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, string, number, ScryptOptions, Buffer>(scrypt);

/** The cost of a guess: about 90 ms and 32 MiB. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const HASH_BYTES = 32;

/**
 * Creates the slow, salted hash of passwords, in the form `scrypt$N$r$p$salt$hash`.
 * @param cost cost of new hashes; a stored hash includes its own
 */
export const scryptPasswords = (cost = COST) => ({
  digest: (password: string): string => createHash('sha512').update(password).digest('hex'),

  hash: async (digest: string, salt: string): Promise<string> => {
    const key = await deriveKey(digest, salt, cost);
    return ['scrypt', cost.N, cost.r, cost.p, salt, key.toString('hex')].join('$');
  },

  matches: async (digest: string, hash: string): Promise<boolean> => {
    const [, N, r, p, salt = '', hex = ''] = hash.split('$');
    const key = await deriveKey(digest, salt, { N: Number(N), r: Number(r), p: Number(p) });
    const storedKey = Buffer.from(hex, 'hex');
    return storedKey.length === key.length && timingSafeEqual(storedKey, key);
  },
});

function deriveKey(digest: string, salt: string, cost: typeof COST): Promise<Buffer> {
  const { N, r } = cost;
  // Node's default limit of 32 MiB is slightly too small.
  return derive(digest, salt, HASH_BYTES, { ...cost, maxmem: 2 * 128 * N * r });
}
