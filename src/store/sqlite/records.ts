import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Records } from '../../domain/records.ts';
import { listedFields, mapKinds } from '../entities.ts';
import { PREPARED_MAX } from './engine/run-query.ts';
import { compileFind, compilePage, type Page } from './rows.ts';

/** What reads records: a service with its images and refs, a center with its sums. */
export function compileRecords(client: Database.Database) {
  const findRecord = mapKinds((kind) => compileFind(client, kind));
  const listedPages = mapKinds((kind) => compilePage(kind, listedFields(kind)));
  const partialPages = new LRUCache<string, Page>({
    max: PREPARED_MAX,
    memoMethod: (key) => {
      const [kind, ...fields] = key.split(',');
      return compilePage(kind as EntityKind, fields);
    },
  });

  function find<K extends EntityKind>(kind: K, uuid: string): Records[K] | undefined {
    return findRecord[kind](uuid) as Records[K] | undefined;
  }

  /** A resource that a reference has shown to be there. */
  function mustFind<K extends EntityKind>(kind: K, uuid: string): Records[K] {
    const record = find(kind, uuid);
    if (!record) throw new Error(`${kind} ${uuid} was not checked to exist`);
    return record;
  }

  return {
    find,
    mustFind,
    /** Whether there is one. */
    has: (kind: EntityKind, uuid: string): boolean => find(kind, uuid) !== undefined,
    /** How a page is read, of whole records or of these fields of their own alone. */
    page: (kind: EntityKind, fields?: readonly string[]): Page =>
      fields ? partialPages.memo([kind, ...fields].join()) : listedPages[kind],
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;
