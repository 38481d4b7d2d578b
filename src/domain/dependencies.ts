import type { ErrorAnswer } from '../contract/errors.ts';
import type { EntityKind, QueryField } from '../contract/schemas/fields.ts';
import type { ResourceType } from '../contract/schemas/resource.ts';
import type { LoginAttempts } from './logins.ts';
import type {
  Hook,
  Job,
  Model,
  ModelCenter,
  ModelCenterFields,
  ModelService,
  ModelServiceRef,
  NewJob,
  PublicView,
  Records,
  Resources,
  Session,
  SystemTag,
  Tag,
} from './records.ts';

/** What the rules need of the world. */
export interface Dependencies extends InMemoryState {
  store: Store;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Resolves after so many milliseconds. */
  pause: (milliseconds: number) => Promise<void>;
  /** A new uuid in the platform's form: v4, hyphens stripped, lower case. */
  newUuid: () => string;
  /** The same, which nobody can foretell, whatever tests have done to the uuids. */
  newSecret: () => string;
  /** A date as the wire writes it. */
  formatDate: (milliseconds: number) => string;
  /** Milliseconds of a date as queries write it; undefined for what is no date. */
  parseDate: (text: string) => number | undefined;
  passwords: Passwords;
  access: Access;
  /** Whether modelCenterUuid and tagUuids must exist (F13). */
  strictReferences: boolean;
}

/** What the rules remember from request to request, in this process alone. */
export interface InMemoryState {
  loginAttempts: LoginAttempts;
}

/** Who is let in, as the settings say. */
export interface Access {
  /** Whether a session is asked for at all (F58). */
  required: boolean;
  /** Sessions that belong to admin and never expire (F58). */
  wellKnownSessions: ReadonlySet<string>;
  /** How long a session lasts after its last use, in milliseconds. */
  sessionLifetime: number;
  /** Whether the platform's initial password does, as long as no other was ever set. */
  initialPassword: boolean;
}

/** The slow, salted hash of secrets. */
export interface Passwords {
  /** The form in which clients send a password: lower-case hexadecimal SHA-512. */
  digest(password: string): string;
  /** What is kept of a digest; the salt is to be new each time. */
  hash(digest: string, salt: string): Promise<string>;
  /** Whether a hash is of this digest, in a time that doesn't tell how nearly. */
  matches(digest: string, hash: string): Promise<boolean>;
}

/** Resources an argument names, which must exist for the operation to go on (F13). */
export interface Reference {
  /** The argument, as the error names it. */
  field: string;
  type: ResourceType | 'TagVO';
  uuids: readonly string[];
  /** Whether the argument is a list, which the error's sentence shows. */
  list: boolean;
}

/** What a write brings beside the resource itself. */
export interface WriteExtras {
  /** Checked in this order, before anything is written. */
  references: readonly Reference[];
  /** Attached to the resource; what it already carries is left as it is. */
  tags: readonly Tag[];
}

export type Scalar = string | number | boolean;

/** What a condition asks of a value. Texts compare without regard to the case of ASCII letters. */
export type Predicate =
  | { is: '=' | '<' | '<=' | '>' | '>='; value: Scalar }
  | { is: 'in'; values: readonly Scalar[] }
  /** `%` stands for any text, `_` for one character, `\` takes the next character for itself. */
  | { is: 'like'; pattern: string }
  /** Times from the first on and before the second, in milliseconds. */
  | { is: 'range'; from: number; before: number }
  /** Times in one of these seconds, each given by its first millisecond. */
  | { is: 'in seconds'; seconds: readonly number[] }
  | { is: 'present' };

/**
 * A condition on a field (F57). Of the resource's own field and of its center's, what is
 * null satisfies nothing but the negated `present`. Of a list, some member must satisfy the test, or
 * none if it is negated.
 */
export interface Condition {
  field: QueryField;
  predicate: Predicate;
  negated: boolean;
}

export interface Sort {
  /** Of the resource itself. */
  field: QueryField;
  descending: boolean;
}

/** Resources by `sort`, then createDate, then uuid. */
export interface PageQuery {
  conditions: readonly Condition[];
  sort?: Sort;
  /** Resources to skip. */
  start: number;
  /** Most resources to return. */
  limit: number;
}

/**
 * The writes of operations, as whole intents: each method is one transaction that is done, durably,
 * when its promise resolves, or not at all when it rejects.
 *
 * Each makes its operation's result of what it wrote, by `toResult`, inside the transaction: so a job
 * commits together with its result.
 *
 * Every method may reject with ApiError: SYS.1003 for a resource that must exist and doesn't,
 * SYS.1006 where the present state forbids it, SYS.1007 for a uuid in use, SYS.1010 where the
 * database is away, SYS.1000 where it fails.
 */
export interface Writes {
  /** Adds a service with its images and refs. */
  addModelService<Result>(
    service: ModelService,
    extras: WriteExtras,
    toResult: () => Result,
  ): Promise<Result>;

  /**
   * Replaces a service's own fields and images (not its refs) by what `change` makes of them.
   * @param change pure; what it throws undoes everything
   */
  changeModelService<Result>(
    uuid: string,
    change: (current: ModelService) => Omit<ModelService, 'modelServiceRefs'>,
    extras: WriteExtras,
    toResult: (changed: ModelService) => Result,
  ): Promise<Result>;

  /**
   * Adds the service that `derive` makes of another one, with its images and refs.
   * @param derive pure; what it throws undoes everything
   */
  cloneModelService<Result>(
    sourceUuid: string,
    derive: (source: ModelService) => ModelService,
    extras: WriteExtras,
    toResult: (clone: ModelService) => Result,
  ): Promise<Result>;

  /** Adds a model with its refs. */
  addModel<Result>(model: Model, extras: WriteExtras, toResult: () => Result): Promise<Result>;

  /**
   * Replaces a model's own fields by what `change` makes of them, adds the refs that are new and
   * marks the default one as they say.
   * @param change pure; what it throws undoes everything
   */
  changeModel<Result>(
    uuid: string,
    change: (current: Model) => Model,
    extras: WriteExtras,
    toResult: (changed: Model) => Result,
  ): Promise<Result>;

  addModelCenter<Result>(
    center: ModelCenterFields,
    extras: WriteExtras,
    toResult: (added: ModelCenter) => Result,
  ): Promise<Result>;

  /** @param change pure; what it throws undoes everything */
  changeModelCenter<Result>(
    uuid: string,
    change: (current: ModelCenterFields) => ModelCenterFields,
    extras: WriteExtras,
    toResult: (changed: ModelCenter) => Result,
  ): Promise<Result>;

  /** Adds a ref, unless its model is already bound to its service. */
  bindModelToService<Result>(
    ref: ModelServiceRef,
    extras: WriteExtras,
    toResult: (service: ModelService) => Result,
  ): Promise<Result>;

  /** Removes a ref, if it is there. */
  unbindModelFromService<Result>(
    modelUuid: string,
    modelServiceUuid: string,
    toResult: () => Result,
  ): Promise<Result>;

  /** Deletes those of the resources that are there, with all that belongs to them. */
  deleteResources<Result>(
    type: ResourceType,
    uuids: readonly string[],
    toResult: () => Result,
  ): Promise<Result>;

  /**
   * Deletes a center, if it is there.
   * @param options whether its models go with it; else it rejects with SYS.1006 where it has any
   */
  deleteModelCenter<Result>(
    uuid: string,
    options: { withModels: boolean },
    toResult: () => Result,
  ): Promise<Result>;

  /** Adds a tag; SYS.1003 without its resource, SYS.1006 where that carries it already. */
  addTag<Result>(tag: Tag, toResult: () => Result): Promise<Result>;

  /**
   * Changes a tag's text and lastOpDate; SYS.1003 without the tag, SYS.1006 where its resource
   * carries another of that text.
   */
  changeSystemTag<Result>(
    uuid: string,
    change: Pick<Tag, 'tag' | 'lastOpDate'>,
    toResult: (changed: SystemTag) => Result,
  ): Promise<Result>;

  /** Deletes a tag of any type, if it is there. */
  deleteTag<Result>(uuid: string, toResult: () => Result): Promise<Result>;

  /**
   * Sets a session's expiry, earlier or later.
   * @param now milliseconds since the epoch
   * @param toResult gets undefined for one that is unknown or has expired; what it throws undoes all
   */
  renewSession<Result>(
    uuid: string,
    now: number,
    expiredDate: number,
    toResult: (session: Session | undefined) => Result,
  ): Promise<Result>;
}

/** Whether the client that asked has disconnected. */
export type IsAborted = () => boolean;

/** The database. Every method may reject as those of `Writes` do. */
export interface Store extends Writes {
  /**
   * The same store, but that each of its operations' writes also keeps the job, ended with the result.
   * They reject with SYS.1007 for a job uuid in use, and then have done nothing.
   */
  forJob(job: NewJob): Store;
  /** Keeps a job that failed; rejects with SYS.1007 for a uuid in use. */
  addFailedJob(job: NewJob, failure: ErrorAnswer): Promise<void>;
  /** Undefined for one that is unknown, or was swept. */
  findJob(uuid: string): Promise<Job | undefined>;
  /**
   * Removes jobs that ended before, but for those whose hook is still to be called.
   * @param before milliseconds since the epoch
   * @param limit most jobs to remove, and the bytes of outcomes after which no further one is
   * @returns how many were removed; 0 when there was none
   */
  sweepJobs(before: number, limit: { jobs: number; bytes: number }): Promise<number>;
  /** The hooks that are still to be called, by whichever server. */
  pendingHooks(): Promise<Hook[]>;
  hookOf(jobUuid: string): Promise<Hook | undefined>;
  /**
   * Hooks still to be called that no server calls, as one that stopped has left them: this one is to call them
   * now. Its own, of the jobs that it keeps, are not among them.
   * @param called uuids of the jobs whose hooks it is going to call anyway, and the others are to leave to it
   */
  claimHooks(called: readonly string[]): Promise<Hook[]>;
  /**
   * A job's hook for an attempt, to which no other server then makes one.
   * @returns undefined where there is none, or it is not to be called any more, or another server calls it
   */
  claimHook(jobUuid: string): Promise<Hook | undefined>;
  /** Keeps what became of an attempt to call a hook. */
  changeHook(hook: Hook): Promise<void>;

  /** @param isAborted where it says so, the read may be skipped, and reject */
  find<K extends EntityKind>(
    kind: K,
    uuid: string,
    isAborted?: IsAborted,
  ): Promise<Records[K] | undefined>;

  /** A page of records; SYS.1007 for one that holds too much. */
  list<K extends EntityKind>(
    kind: K,
    query: PageQuery,
    isAborted?: IsAborted,
  ): Promise<PublicView<Records[K]>[]>;

  /** The same, each with these fields of its own alone. */
  listFields<K extends EntityKind>(
    kind: K,
    query: PageQuery,
    fields: readonly string[],
    isAborted?: IsAborted,
  ): Promise<Partial<Records[K]>[]>;

  count(kind: EntityKind, conditions: readonly Condition[]): Promise<number>;

  /**
   * Adds a session and removes those that have expired.
   * @param now milliseconds since the epoch
   */
  addSession(session: Session, now: number): Promise<void>;
  /** Undefined for one that is unknown or has expired. */
  findSession(uuid: string, now: number): Promise<Session | undefined>;
  /**
   * Moves a session's expiry on, unless it is later already or has passed.
   * @param now milliseconds since the epoch
   * @param expiredDate the new expiry, milliseconds since the epoch
   * @returns the session as it now is; undefined for one that is unknown or has expired
   */
  useSession(uuid: string, now: number, expiredDate: number): Promise<Session | undefined>;
  deleteSession(uuid: string): Promise<void>;

  /** The hash of an account's password; undefined where none was ever set. */
  findPassword(accountUuid: string): Promise<string | undefined>;
  /** Sets it, and ends the account's sessions. */
  setPassword(accountUuid: string, hash: string): Promise<void>;

  /**
   * Adds those of the resources whose uuids are unused, and leaves the others as they are; SYS.1007 for a
   * uuid that a resource of another kind has, SYS.1003 for a binding or tag of what isn't there.
   */
  addResources(resources: Resources): Promise<void>;
  /** Replaces every resource, with tags and jobs, by these; accounts and sessions stay. */
  replaceResources(resources: Resources): Promise<void>;
  /** Every resource there is. */
  readResources(): Promise<Resources>;

  /** What tests have set for all servers on the database, as a text; undefined where nothing was ever set. */
  readControl(): Promise<string | undefined>;
  /**
   * Replaces it, while no other server does.
   * @param change pure
   * @returns what it then is
   */
  changeControl(change: (current: string | undefined) => string): Promise<string>;

  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Finishes and closes; further calls reject. */
  close(): Promise<void>;
}
