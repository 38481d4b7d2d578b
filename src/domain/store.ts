import type { ErrorAnswer } from '../contract/errors.ts';
import type { Caller } from '../contract/operations.ts';
import type { EntityKind, QueryField, ResourceKind } from '../contract/schemas/fields.ts';
import type { ResourceType } from '../contract/schemas/resource.ts';
import type {
  Hook,
  Job,
  ListedJob,
  ModelService,
  ModelServiceRef,
  NewJob,
  Records,
  ResourceFields,
  Resources,
  Session,
  SystemTag,
  Tag,
} from './records.ts';

/**
 * The database. Every method may reject with ApiError SYS.1010 if the database can't be reached, and
 * SYS.1000 if it fails.
 */
export interface Store
  extends Reads,
    Writes,
    Sessions,
    Jobs,
    Hooks,
    Seeding,
    Snapshots,
    ControlState {
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Waits for running calls and closes; further calls reject. */
  close(): Promise<void>;
}

export type Scalar = string | number | boolean;

/** A test of a field's value. Texts are compared without regard to the case of ASCII letters. */
export type Predicate =
  | { is: '=' | '<' | '<=' | '>' | '>='; value: Scalar }
  | { is: 'in'; values: readonly Scalar[] }
  /** `%` matches any text, `_` one character; `\` escapes the next character. */
  | { is: 'like'; pattern: string }
  /** Times from `from`, inclusive, to `before`, exclusive, in milliseconds. */
  | { is: 'range'; from: number; before: number }
  /** Times in one of these seconds, each given by its first millisecond. */
  | { is: 'in seconds'; seconds: readonly number[] }
  | { is: 'present' };

/**
 * A condition on a field (F57). A null field of the resource or of its center satisfies nothing but the
 * negated `present`. In a list, one member must satisfy the predicate, or none if it is negated.
 */
export interface Condition {
  field: QueryField;
  predicate: Predicate;
  negated: boolean;
}

export interface Sort {
  /** A field of the resource itself. */
  field: QueryField;
  descending: boolean;
}

/** A page of resources, in the order of `sort`, then createDate, then uuid. */
export interface PageQuery {
  conditions: readonly Condition[];
  sort?: Sort;
  /** Resources to skip. */
  start: number;
  /** Maximum number of resources to return. */
  limit: number;
  /** The fields to read of each, by default all that inventories show. */
  fields?: readonly string[] | undefined;
}

/** Who a read is for: once `isAborted`, it may be skipped and reject; slow reads of one client delay no others. */
export type Reader = Pick<Caller, 'client' | 'isAborted'>;

interface Reads {
  find<K extends EntityKind>(
    kind: K,
    uuid: string,
    reader?: Reader,
  ): Promise<Records[K] | undefined>;

  /** A page of records; rejects with SYS.1007 if it is too large. */
  list<K extends EntityKind>(
    kind: K,
    query: PageQuery,
    reader?: Reader,
  ): Promise<Partial<Records[K]>[]>;

  /** The same, and the number of all that satisfy its conditions, from one snapshot. */
  listWithTotal<K extends EntityKind>(
    kind: K,
    query: PageQuery,
    reader?: Reader,
  ): Promise<{ records: Partial<Records[K]>[]; total: number }>;

  count(kind: EntityKind, conditions: readonly Condition[], reader?: Reader): Promise<number>;
}

/** Resources named by an argument, which must exist (F13). */
export interface Reference {
  /** The argument's name in the error. */
  field: string;
  type: ResourceType | 'TagVO';
  uuids: readonly string[];
  /** Whether the argument is a list, which the error's sentence shows. */
  list: boolean;
}

/** What a write needs besides the resource itself. */
export interface WriteExtras {
  /** Checked in this order, before anything is written. */
  references: readonly Reference[];
  /** Attached to the resource, unless it has the same tag already. */
  tags: readonly Tag[];
}

/**
 * The operations' writes. Each method is one transaction: durable when its promise resolves, without
 * effect when it rejects.
 *
 * Each calls `toResult` inside the transaction with what it wrote and resolves to what that returns, so
 * that a job commits together with its result.
 *
 * Every method may reject with ApiError: SYS.1003 for a resource that must exist and doesn't,
 * SYS.1006 for a conflict with the present state, SYS.1007 for a uuid in use.
 */
export interface Writes {
  /** Adds a resource with its images and refs. */
  addResource<K extends ResourceKind, Result>(
    kind: K,
    record: ResourceFields<K>,
    extras: WriteExtras,
    toResult: (added: Records[K]) => Result,
  ): Promise<Result>;

  /**
   * Adds the resource that `derive` returns for a service, whose existence a reference checks.
   * @param derive pure; if it throws, the transaction is rolled back
   */
  deriveResource<K extends ResourceKind, Result>(
    kind: K,
    serviceUuid: string,
    derive: (service: ModelService) => ResourceFields<K>,
    extras: WriteExtras,
    toResult: (added: Records[K]) => Result,
  ): Promise<Result>;

  /**
   * Replaces the fields of resources, in this order, by what `change` returns: also a service's images, not its refs;
   * adds a model's new refs and sets which one is the default.
   * @param change pure; if it throws, the transaction is rolled back
   */
  changeResources<K extends ResourceKind, Result>(
    kind: K,
    uuids: readonly string[],
    change: (current: Records[K]) => ResourceFields<K>,
    extras: WriteExtras,
    toResult: (changed: Records[K][]) => Result,
  ): Promise<Result>;

  /** Adds a ref, unless its model is already bound to its service. */
  bindModelToService<Result>(
    ref: ModelServiceRef,
    extras: WriteExtras,
    toResult: (service: ModelService) => Result,
  ): Promise<Result>;

  /** Removes a ref, if it exists. */
  unbindModelFromService<Result>(
    modelUuid: string,
    modelServiceUuid: string,
    toResult: () => Result,
  ): Promise<Result>;

  /**
   * Deletes those that exist, with everything that belongs to them; without `withUses`, none that is used (F24).
   * @param toResult gets the uuids of those that are used; if it throws, the transaction is rolled back
   */
  deleteResources<Result>(
    type: ResourceType,
    uuids: readonly string[],
    toResult: (used: ReadonlySet<string>) => Result,
    options?: { withUses: boolean },
  ): Promise<Result>;

  /**
   * Deletes a center, if it exists.
   * @param options whether to delete what goes with it (F24) too; otherwise it rejects with SYS.1006 if there is anything
   */
  deleteModelCenter<Result>(
    uuid: string,
    options: { withContents: boolean },
    toResult: () => Result,
  ): Promise<Result>;

  /** Adds a tag; SYS.1003 without its resource, SYS.1006 if the resource has the same tag already. */
  addTag<Result>(tag: Tag, toResult: () => Result): Promise<Result>;

  /**
   * Changes a tag's text and lastOpDate; SYS.1003 without the tag, SYS.1006 if its resource has another
   * tag with that text.
   */
  changeSystemTag<Result>(
    uuid: string,
    change: Pick<Tag, 'tag' | 'lastOpDate'>,
    toResult: (changed: SystemTag) => Result,
  ): Promise<Result>;

  /** Deletes a tag of any type, if it exists. */
  deleteTag<Result>(uuid: string, toResult: () => Result): Promise<Result>;

  /**
   * Sets a session's expiry, earlier or later.
   * @param now milliseconds since the epoch
   * @param toResult gets undefined for an unknown or expired session; if it throws, the transaction is
   *   rolled back
   */
  renewSession<Result>(
    uuid: string,
    now: number,
    expiredDate: number,
    toResult: (session: Session | undefined) => Result,
  ): Promise<Result>;
}

export interface Sessions {
  /**
   * Adds a session and removes the expired ones.
   * @param now milliseconds since the epoch
   */
  addSession(session: Session, now: number): Promise<void>;
  /** Resolves to undefined for an unknown or expired session. */
  findSession(uuid: string, now: number): Promise<Session | undefined>;
  /**
   * Extends a session's expiry, unless it is later already or has passed.
   * @param now milliseconds since the epoch
   * @param expiredDate the new expiry, milliseconds since the epoch
   * @returns the session afterwards; undefined for an unknown or expired one
   */
  useSession(uuid: string, now: number, expiredDate: number): Promise<Session | undefined>;
  deleteSession(uuid: string): Promise<void>;

  /** The hash of an account's password; undefined if none was ever set. */
  findPassword(accountUuid: string): Promise<string | undefined>;
  /** Sets an account's password and ends its sessions. */
  setPassword(accountUuid: string, hash: string): Promise<void>;
}

export interface Jobs {
  /**
   * The same store, except that each of the operations' writes also stores the job with the result, and deletes the
   * oldest jobs beyond the maximum size of outcomes (F56). These writes reject with SYS.1007 for a job uuid in use,
   * without effect.
   * @param toOutcome what the job stores of a write's result; all by default
   */
  forJob(job: NewJob, toOutcome?: (result: object) => object): Store;
  /** Stores a failed job; rejects with SYS.1007 for a uuid in use. */
  addFailedJob(job: NewJob, failure: ErrorAnswer): Promise<void>;
  /** Resolves to undefined for an unknown or swept job. */
  findJob(uuid: string): Promise<Job | undefined>;
  /** The newest jobs, the newest first. */
  listJobs(limit: number): Promise<ListedJob[]>;
  /**
   * Deletes jobs created before a time, except those with a pending hook.
   * @param before milliseconds since the epoch
   * @param limit most jobs to delete, and the size of outcomes in bytes after which it stops
   * @returns the number of deleted jobs; 0 when none is left
   */
  sweepJobs(before: number, limit: { jobs: number; bytes: number }): Promise<number>;
}

export interface Hooks {
  /** The pending hooks of all servers. */
  pendingHooks(): Promise<Hook[]>;
  hookOf(jobUuid: string): Promise<Hook | undefined>;
  /**
   * Claims the pending hooks that no running server is responsible for, such as those of a stopped server.
   * @param called uuids of the jobs whose hooks this server calls already; the claim on them is renewed
   */
  claimHooks(called: readonly string[]): Promise<Hook[]>;
  /**
   * Claims a job's hook for one attempt, which no other server then makes.
   * @returns undefined if there is no pending hook, or another server calls it
   */
  claimHook(jobUuid: string): Promise<Hook | undefined>;
  /** Stores the outcome of an attempt to call a hook. */
  changeHook(hook: Hook): Promise<void>;
}

interface Seeding {
  /**
   * Adds the resources whose uuids are unused and leaves the others unchanged. Rejects with SYS.1007 if a
   * resource of another kind has the uuid, SYS.1003 for a binding or tag of a missing resource.
   */
  addResources(resources: Resources): Promise<void>;
  /**
   * Replaces all resources, tags and jobs by these; accounts and sessions stay.
   * @param snapshot saved with them, or not at all
   */
  replaceResources(resources: Resources, snapshot?: Snapshot): Promise<void>;
  readResources(): Promise<Resources>;
}

/** A state to go back to, in the form of its user. */
export interface Snapshot {
  name: string;
  /** Milliseconds since the epoch. */
  createDate: number;
  /** Size of `state`. */
  bytes: number;
  state: string;
}

export interface Snapshots {
  /** Adds a snapshot or replaces the one of its name; rejects with SYS.1006 beyond their number or size. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  /** All snapshots by name, without their states. */
  listSnapshots(): Promise<Omit<Snapshot, 'state'>[]>;
  findSnapshot(name: string): Promise<Snapshot | undefined>;
  /** Deletes a snapshot, if it exists. */
  deleteSnapshot(name: string): Promise<void>;
}

/** The settings of the control API, which all servers on a database share. */
interface ControlState {
  /** Resolves to undefined if nothing was ever set. */
  readControl(): Promise<string | undefined>;
  /**
   * Replaces the settings while no other server does.
   * @param change pure
   * @returns the new settings
   */
  changeControl(change: (current: string | undefined) => string): Promise<string>;
}
