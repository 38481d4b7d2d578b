import { environment } from './environment.ts';
import type * as library from './library.ts';
import { nodeVersionError } from './node-version.ts';

/**
 * Documented in library.ts, whose types are the package's: those of other modules name packages that aren't installed.
 * The rest is imported here, since an older Node.js can't load it.
 */
export const start: typeof library.start = async (options) => {
  const error = nodeVersionError(environment.nodeVersion);
  if (error) throw new Error(error);
  const program = await import('./start.ts');
  return program.start(options);
};
