import { type Column, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { declareTables, type TableBuilders } from '../tables.ts';

/** A text for comparison, regardless of the case of ASCII letters. */
export const noCase = (column: Column) => sql`${column} COLLATE NOCASE`;

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
  isTrue: (flag: Column) => sql`${flag} = 1`,
  covering: (...columns: Column[]) => columns,
  tagKey: (tag: Column) => tag,
  tagIndexes: ({ tag, resourceUuid }: Record<'tag' | 'resourceUuid', Column>) => [
    make.index('tags_by_text').on(noCase(tag), resourceUuid),
  ],
} as unknown as TableBuilders;

const { hookColumns, ...tables } = declareTables(make);
export const { resources, modelServices, models, modelCenters } = tables;
export const { modelServiceImages, modelServiceRefs, tags } = tables;
export const { passwords, sessions, jobs } = tables;

export const hooks = make.table('hooks', hookColumns, (table) => [
  make.index('hooks_pending').on(table.jobUuid).where(make.isTrue(table.pending)),
]);
