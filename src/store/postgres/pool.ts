import pg from 'pg';

/** Timeout of each question which host is the primary, in milliseconds. */
const PROBE_MS = 2000;
/** The pool's message if all its connections were in use for too long. */
export const POOL_IS_FULL = 'timeout exceeded when trying to connect';

/**
 * Describes what serves a connection. A primary is distinguished from every other, and from itself before a restart,
 * by the time when it was started.
 */
export const DESCRIPTION = `SELECT pg_is_in_recovery() AS "isStandby",
  current_setting('transaction_read_only') = 'on' AS "isReadOnly",
  extract(epoch FROM pg_postmaster_start_time())::text AS "startedAt"`;

export interface Description {
  isStandby: boolean;
  isReadOnly: boolean;
  startedAt: string;
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/**
 * A pool of connections to one of the hosts that a URL names: the first, until it can't be used, then the one that
 * takes writes, as `target_session_attrs=read-write` has it in PostgreSQL's own library. Names are looked up for each
 * connection.
 */
export class Pool extends pg.Pool {
  readonly #urls: readonly string[];
  #finding: Promise<string | undefined> | undefined;

  constructor(url: string, options: pg.PoolConfig) {
    super({ ...options, connectionString: hostUrls(url)[0] });
    this.#urls = hostUrls(url);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): unknown {
    const connecting = super.connect().catch(async (error: Error) => {
      const isElsewhere = this.#urls.length > 1 && error.message !== POOL_IS_FULL;
      if (!isElsewhere || !(await this.findPrimary())) throw error;
      return super.connect();
    });
    if (!callback) return connecting;
    return connecting.then(
      (client) => callback(undefined, client, client.release),
      (error) => callback(error, undefined, () => {}),
    );
  }

  /**
   * Asks all hosts at the same time which of them takes writes, for further connections.
   * @returns when it was started; undefined if none answers
   */
  findPrimary(): Promise<string | undefined> {
    this.#finding ??= Promise.any(this.#urls.map(askHost))
      .then(({ url, startedAt }) => {
        this.options.connectionString = url;
        return startedAt;
      })
      .catch(() => undefined)
      .finally(() => {
        this.#finding = undefined;
      });
    return this.#finding;
  }
}

async function askHost(url: string): Promise<{ url: string; startedAt: string }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'aios-model-server',
    connectionTimeoutMillis: PROBE_MS,
    query_timeout: PROBE_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const [description] = (await client.query<Description>(DESCRIPTION)).rows;
    if (!description || description.isReadOnly) throw new Error('the host takes no writes');
    return { url, startedAt: description.startedAt };
  } finally {
    client.end().catch(() => {});
  }
}

/**
 * Splits a URL that names several hosts, such as `postgres://USER@HOST:PORT,HOST:PORT/DATABASE`.
 * @returns a URL for each host
 */
export function hostUrls(url: string): string[] {
  const [, start = '', hosts = '', end = ''] =
    /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(',').map((host) => start + host + end);
}

/** A database's URL without user and password. */
export function databaseName(url: string): string {
  const urls = hostUrls(url).map((each) => new URL(each));
  return urls.map(({ host }) => host).join() + urls[0]?.pathname;
}
