import { statSync } from 'node:fs';
import { ApiError } from '../../contract/errors.ts';
import type { Database } from './driver.ts';

/** What SQLite keeps beside a database file: what was committed last is in the first alone. */
const BESIDE = ['-wal', '-shm'];

/** The files of an open database: whether they still are where the next start will look for them. */
export class OpenFiles {
  readonly #files: Map<string, string | undefined>;

  /** @param client what has just opened them */
  constructor(client: Database) {
    // SQLite makes what is beside a file when it first reads in it.
    client.pragma('user_version');
    const paths = client.memory ? [] : ['', ...BESIDE].map((ending) => client.name + ending);
    this.#files = new Map(paths.map((path) => [path, identityOf(path)]));
  }

  get areInPlace(): boolean {
    for (const [path, identity] of this.#files) if (identityOf(path) !== identity) return false;
    return true;
  }

  /** @throws ApiError SYS.1000 where one of them was moved, replaced or deleted */
  readonly requireInPlace = (): void => {
    if (this.areInPlace) return;
    throw new ApiError(
      'internal',
      'the file of the database was moved, replaced or deleted: put it back, or start the server anew',
    );
  };
}

/** What a file is known by, whatever its name; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev} ${stats.ino}`;
}
