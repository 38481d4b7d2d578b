import { type Column, sql } from 'drizzle-orm';
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
export const caseFolded = (column: Column) =>
  sql`translate(${column}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

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
  isTrue: (flag: Column) => sql`${flag}`,
  covering: (first: Column) => [first],
  // A tag may be too long for an index entry.
  tagKey: (tag: Column) => sql`md5(${tag})`,
  tagIndexes: () => [],
} as unknown as TableBuilders;

const { hookColumns, ...tables } = declareTables(make);
export const { resources, modelServices, models, modelCenters } = tables;
export const { modelServiceImages, modelServiceRefs, tags } = tables;
export const { passwords, sessions, jobs } = tables;

export const hooks = make.table(
  'hooks',
  {
    ...hookColumns,
    /** The server that has claimed the hook, and the expiry of its claim by the database's clock. */
    claimedBy: make.text(),
    claimedUntil: make.integer(),
  },
  (table) => [make.index('hooks_pending').on(table.claimedUntil).where(make.isTrue(table.pending))],
);

/** One row: the settings of the control API, shared by all servers, or an empty text. */
export const control = make.table('control', {
  id: make.integer().primaryKey(),
  state: make.text(),
});
