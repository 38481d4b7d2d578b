import { demoSeed } from '../domain/demo.ts';
import { integerIn } from '../setting-values.ts';
import { UsageError } from '../settings.ts';

const SERVICES_MAX = 100_000;
const SEED_MAX = 2 ** 31 - 1;

/**
 * Makes the seed that a command line, or `AIOS_SEED_FILE=demo:SERVICES:SEED`, describes.
 * @param given texts of numbers; 100 services of the seed 1 by default
 * @throws UsageError for one that is not allowed
 */
export function demo(given: { services?: string | undefined; seed?: string | undefined }): object {
  const services = integerIn(given.services ?? '100', 1, SERVICES_MAX);
  const seed = integerIn(given.seed ?? '1', 0, SEED_MAX);
  if (services !== undefined && seed !== undefined) return demoSeed(services, seed);
  throw new UsageError(
    `Demo data has from 1 to ${SERVICES_MAX} services, and a seed from 0 to ${SEED_MAX}.`,
  );
}
