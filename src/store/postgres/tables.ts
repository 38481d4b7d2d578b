import { type Column, type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  type PgColumnBuilderBase,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { declareTables, type TableBuilders } from '../tables.ts';

/** A 64-bit integer, since the API's integers are Longs. */
const integer = (name = '') => bigint(name, { mode: 'number' });

/**
 * A text for comparison by code point (the migrations give each column such a collation), regardless of the case of
 * ASCII letters. `lower` would convert other letters too, depending on the collation.
 */
export const caseFolded = (column: Column | SQL) =>
  sql`translate(${column}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

/** Whether a flag is set. */
export const isTrue = (flag: Column) => sql`${flag}`;

const make = {
  text: () => text().notNull(),
  optionalText: () => text(),
  integer: (name?: string) => integer(name).notNull(),
  optionalInteger: () => integer(),
  flag: () => boolean().notNull(),
  /** JSON as text, which the database doesn't reformat. */
  json: () =>
    customType<{ data: unknown; driverData: string }>({
      dataType: () => 'text',
      toDriver: (value) => JSON.stringify(value),
      fromDriver: (stored) => JSON.parse(stored),
    })().notNull(),
  table: pgTable,
  index,
  uniqueIndex,
  /** The order of insertion, which is the order of lists in answers: the database's time in microseconds. */
  position: () => integer().notNull(),
  orderedUuid: () => text().primaryKey(),
  withDefault: (column: PgColumnBuilderBase) => column,
  caseFolded,
  isTrue,
  covering: (first: Column) => [first],
  // A tag may be too long for an index entry.
  tagKey: (tag: Column) => sql`md5(${tag})`,
  tagIndexes: () => [],
  /** The server that has claimed the hook, and the expiry of its claim by the database's clock. */
  hookColumns: { claimedBy: text().notNull(), claimedUntil: integer().notNull() },
  hookKey: 'claimedUntil',
} satisfies Record<keyof TableBuilders, unknown> as unknown as TableBuilders;

export const tables = declareTables(make);

/** One row: the settings of the control API, shared by all servers, or an empty text. */
export const control = make.table('control', {
  id: make.integer().primaryKey(),
  state: make.text(),
});
