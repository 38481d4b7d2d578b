import { type Column, type SQL, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { declareTables, type TableBuilders } from '../tables.ts';

/** A text for comparison, regardless of the case of ASCII letters. */
export const noCase = (column: Column | SQL) => sql`${column} COLLATE NOCASE`;

/** Whether a flag is set. */
export const isTrue = (flag: Column) => sql`${flag} = 1`;

const make = {
  text: () => text().notNull(),
  optionalText: () => text(),
  integer: (name?: string) => (name ? integer(name) : integer()).notNull(),
  optionalInteger: () => integer(),
  flag: () => integer({ mode: 'boolean' }).notNull(),
  json: () => text({ mode: 'json' }).notNull(),
  table: sqliteTable,
  index,
  uniqueIndex,
  /** The order of insertion, which is the order of lists in answers. */
  position: () => integer().primaryKey(),
  orderedUuid: () => text().notNull().unique(),
  withDefault: (column: ReturnType<typeof text>, value: unknown) => column.default(value as string),
  caseFolded: noCase,
  isTrue,
  covering: (...columns: Column[]) => columns,
  tagKey: (tag: Column) => tag,
  tagIndexes: ({ tag, resourceUuid }: Record<'tag' | 'resourceUuid', Column>) => [
    make.index('tags_by_text').on(noCase(tag), resourceUuid),
  ],
  hookColumns: {},
  hookKey: 'jobUuid',
} satisfies Record<keyof TableBuilders, unknown> as unknown as TableBuilders;

export const tables = declareTables(make);
