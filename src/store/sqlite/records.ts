import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { Kind } from '../../contract/schemas/fields.ts';
import type { Records } from '../../domain/records.ts';
import { ofEachKind, toldFields } from '../entities.ts';
import { PREPARED_MAX } from './engine/run-query.ts';
import { compileFind, compilePage, type Page } from './rows.ts';

/** What reads records: a service with its images and refs, a center with its sums. */
export function compileRecords(client: Database.Database) {
  const findRecord = ofEachKind((kind) => compileFind(client, kind));
  const toldPages = ofEachKind((kind) => compilePage(kind, toldFields(kind)));
  const partialPages = new LRUCache<string, Page>({
    max: PREPARED_MAX,
    memoMethod: (key) => {
      const [kind, ...fields] = key.split(',');
      return compilePage(kind as Kind, fields);
    },
  });

  function find<K extends Kind>(kind: K, uuid: string): Records[K] | undefined {
    return findRecord[kind](uuid) as Records[K] | undefined;
  }

  /** A resource that a reference has shown to be there. */
  function present<K extends Kind>(kind: K, uuid: string): Records[K] {
    const record = find(kind, uuid);
    if (!record) throw new Error(`${kind} ${uuid} was not checked to exist`);
    return record;
  }

  return {
    find,
    present,
    /** Whether there is one. */
    has: (kind: Kind, uuid: string): boolean => find(kind, uuid) !== undefined,
    /** How a page is read, of whole records or of these fields of their own alone. */
    page: (kind: Kind, fields?: readonly string[]): Page =>
      fields ? partialPages.memo([kind, ...fields].join()) : toldPages[kind],
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;
