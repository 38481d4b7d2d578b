import type { Fault } from './control/faults.ts';
import type { JournalEntry, JournalFilter } from './control/journal.ts';
import type { SettingKey, Settings } from './settings.ts';

/** A setting as an option: a list may be an array, a number may have a unit. */
type Option<Value> = Value extends string | boolean ? Value : number | string | readonly string[];

type ResourceList =
  | 'modelCenters'
  | 'models'
  | 'modelServices'
  | 'modelServiceRefs'
  | 'datasets'
  | 'modelServiceInstanceGroups';

/** Resources, in the form of `GET /_aios/state`. */
export type Seed = Partial<Record<ResourceList | 'userTags' | 'systemTags', readonly object[]>>;

/** Every setting, by its name in camelCase: `sessionTimeout` is `AIOS_SESSION_TIMEOUT`. */
export type StartOptions = {
  [Key in Exclude<SettingKey, 'addressFile' | 'logFormat'>]?: Option<Settings[Key]> | undefined;
} & {
  [Key in 'databaseUrl' | 'session' | 'adminPassword' | 'accessKey' as `${Key}File`]?:
    | string
    | undefined;
} & {
  /** Resources to start with and to reset to. */
  seed?: Seed | undefined;
};

/** A fault of the next requests to an operation; of one request unless `times` is given. */
export type FaultOptions = Omit<Fault, 'times'> & Partial<Pick<Fault, 'times'>>;

/** A running server. */
export interface Aios extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The root of the API: `url` and `/zstack/v1`. */
  readonly api: string;
  /** UUID of a session of `admin`, which never expires. */
  readonly session: string;
  /** The headers that every request needs. */
  readonly headers: { readonly Authorization: string };
  /** Restores the seed, the real time and no faults, and empties the journal of requests. */
  reset(): Promise<void>;
  /** Adds resources; those whose UUIDs are there already stay as they are. */
  load(state: Seed): Promise<void>;
  /** Replaces all resources, makes these the seed, and resets. */
  replace(state: Seed): Promise<void>;
  /** Reads all resources; the tokens of models are left out. */
  dump(): Promise<Seed>;
  /** Takes a snapshot of the state, in place of the one of that name. */
  snapshot(name: string): Promise<void>;
  /** Resets to a snapshot in place of the seed, and restores the clock and the sequence of UUIDs where asked. */
  restore(name: string, also?: { clock?: boolean; uuids?: boolean }): Promise<void>;
  /** Makes the next requests to operations fail, in place of earlier faults. */
  fail(faults: readonly FaultOptions[]): Promise<void>;
  /** The last 1000 requests to the API, oldest first; secrets are masked. */
  requests(filter?: JournalFilter): Promise<JournalEntry[]>;
  /** The server's clock, by which sessions expire and dates are set. */
  readonly clock: {
    now(): Date;
    /** Stops it at a time; a text is in the form of ISO 8601. */
    set(time: Date | string): Promise<void>;
    /** Stops it this much later. */
    advance(milliseconds: number): Promise<void>;
    /** Returns to the real time. */
    reset(): Promise<void>;
  };
  /** Answers the requests in flight, and stops. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process: in memory, on a free port of the loopback address, with a session of its own,
 * with the control API and without a log, unless the options say otherwise. It reads no environment variables.
 * @throws Error for an option that is unknown or not allowed, an invalid seed, a port in use, and a database that
 *   can't be opened
 */
export declare function start(options?: StartOptions): Promise<Aios>;
