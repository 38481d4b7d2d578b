import { workerData } from 'node:worker_threads';
import pg from 'pg';

/** Runs statements for a thread that blocks meanwhile, and returns rows in SQLite's types. */
const { url, port, state } = workerData;
const { BOOL, INT8 } = pg.types.builtins;
const parsers = { [BOOL]: (text) => Number(text === 't'), [INT8]: Number };
const types = {
  getTypeParser: (type, format) => parsers[type] ?? pg.types.getTypeParser(type, format),
};

const client = new pg.Client({ connectionString: url, types, lock_timeout: 5000 });
const connected = client.connect();
connected.catch(() => {});

port.on('message', async (text) => {
  port.postMessage(await answer(text));
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
});

async function answer(text) {
  try {
    await connected;
    const results = await client.query(text);
    return { rows: [results].flat().at(-1).rows };
  } catch (error) {
    return { error: String(error) };
  }
}
