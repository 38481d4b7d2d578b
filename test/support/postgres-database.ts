import {
  IN_FILES_TOO,
  openPostgres,
  POSTGRES_URL,
  query,
  schemaOf,
  takeSchema,
} from './postgres.ts';
import { type AtOnce, connectAtOnce } from './postgres-at-once.ts';
import type { ServerDatabase } from './server-database.ts';

/** One for all databases of the process: each begins with naming its schema. */
let connection: AtOnce | undefined;

/** Opens a schema as a server's database, or an empty one of its own where no URL is given. */
export async function openPostgresDatabase(given?: string): Promise<ServerDatabase> {
  const taken = given === undefined ? await takeSchema() : undefined;
  const url = given ?? (taken as { url: string }).url;
  const schema = schemaOf(url);
  const store = await openPostgres(url);
  let isWhole = true;
  const run = (statements: string) => {
    connection ??= connectAtOnce(POSTGRES_URL);
    return connection.run(`SET search_path = ${schema}; ${statements}`);
  };
  const columns = run(
    `SELECT table_name, column_name FROM information_schema.columns
      WHERE ${IN_FILES_TOO} ORDER BY table_name, ordinal_position`,
  ) as { table_name: string; column_name: string }[];
  /** In the order of insertion, as SQLite returns them, as far as the rows show it. */
  const order = (table: string) => {
    const names = columns.filter((column) => column.table_name === table);
    const has = (name: string) => names.some((column) => column.column_name === name);
    const age = ['position', 'create_date'].filter(has).slice(0, 1);
    return ` ORDER BY ${[...age, names[0]?.column_name ?? '1'].join(', ')}`;
  };
  const rows: ServerDatabase['rows'] = (table, where = 'true') =>
    run(`SELECT * FROM ${table} WHERE ${where}${where.includes('ORDER BY') ? '' : order(table)}`);
  return {
    name: url,
    store,
    rows,
    snapshot: () => {
      const tables = new Set(columns.map((column) => column.table_name));
      return Object.fromEntries([...tables].map((table) => [table, rows(table)]));
    },
    execute: async (statements) => {
      isWhole = false;
      await query(`SET search_path = ${schema}; ${statements}`);
    },
    close: async () => {
      await store.close();
      await taken?.release(isWhole);
    },
  };
}
