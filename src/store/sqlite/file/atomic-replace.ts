import {
  chownSync,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../database-open-error.ts';
import { isCorruption } from '../errors.ts';
import { openError } from '../refusal.ts';
import { fsync, removeSideFiles } from './fsync.ts';
import { assertNotForeign, BUSY_TIMEOUT_MS, sizeOf } from './inspect.ts';
import { acquireServerLock, lockPath } from './lock.ts';

/**
 * A file that is made beside a database, and then put in its place. No server can run on the database
 * meanwhile. Whenever this ends, the database is the whole old one or the whole new one.
 */
export class AtomicReplacement {
  /** Path of the new file, where nothing is at first. */
  readonly path: string;
  /** What is known of the old file, to whose owner the new one belongs in the end. */
  readonly owner: Stats;
  readonly #file: string;
  readonly #target: string;
  readonly #isNew: boolean;
  readonly #unlock: () => void;
  #hasBegun = false;

  /**
   * @param file path of the database, which may be missing
   * @param ending of the new file's name
   * @throws DatabaseOpenError where a server runs on the database
   */
  constructor(file: string, ending: string) {
    this.#file = file;
    this.#isNew = !existsSync(file);
    this.#unlock = acquireServerLock(file);
    this.#target = realpathSync(file);
    this.owner = statSync(this.#target);
    this.path = this.#target + ending;
  }

  /** Removes what a killed process has left: nobody else has it while the lock is held. */
  begin(): void {
    this.#hasBegun = true;
    changeOwner(this.owner, lockPath(this.#file));
    removeDatabaseFiles(this.path);
  }

  /**
   * @returns bytes of the database
   * @throws DatabaseOpenError where another program uses the database
   */
  replaceTarget(): number {
    changeOwner(this.owner, this.path);
    fsync(this.path);
    replace(this.#target, this.path, this.#file);
    return sizeOf(this.#target);
  }

  /** Removes what was not put in place, and lets servers start. */
  close(): void {
    try {
      if (this.#hasBegun) removeDatabaseFiles(this.path);
      if (this.#isNew && sizeOf(this.#target) === 0) rmSync(this.#target, { force: true });
    } finally {
      this.#unlock();
    }
  }
}

/** Root may put a file where another user's server is started on it. */
function changeOwner(owner: Stats, path: string): void {
  const { uid, gid } = statSync(path);
  if (uid !== owner.uid || gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
}

/**
 * Puts a file in the place of a database, beside which no log of the old one may remain.
 * @param name what the database is called in sentences
 */
function replace(target: string, copy: string, name: string): void {
  const old = checkpointAndLock(target, name);
  try {
    removeSideFiles(target);
    fsync(dirname(target));
    renameSync(copy, target);
    fsync(dirname(target));
  } finally {
    old?.close();
  }
}

/**
 * Moves a database's log into its file, which stays a whole database without it.
 * @returns a connection that keeps others from writing to the old file; undefined for one that is empty or damaged
 * @throws DatabaseOpenError where others use it
 */
function checkpointAndLock(file: string, name: string): Database.Database | undefined {
  if (sizeOf(file) === 0) return undefined;
  const client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    assertNotForeign(client, name);
    client.pragma('journal_mode = DELETE');
    client.exec('BEGIN EXCLUSIVE');
    return client;
  } catch (error) {
    client.close();
    if (isCorruption(error)) return undefined;
    throw error instanceof DatabaseOpenError ? error : openError(name, error);
  }
}

function removeDatabaseFiles(file: string): void {
  rmSync(file, { force: true });
  removeSideFiles(file);
}
