import type { ResourceType } from '../contract/resource.ts';
import type { Model, ModelService, ModelServiceRef, Session, Tag } from './records.ts';

/** What the rules need of the world. */
export interface Ports {
  store: Store;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** A new uuid in the platform's form: v4, hyphens stripped, lower case. */
  newUuid: () => string;
  /** A date as the wire writes it. */
  formatDate: (milliseconds: number) => string;
  /** Whether modelCenterUuid and tagUuids must exist (decision 13). */
  strictReferences: boolean;
}

/** Resources an argument names, which must exist for the operation to go on (decision 13). */
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

export interface Page {
  /** Resources to skip. */
  start: number;
  /** Most resources to return. */
  limit: number;
}

/**
 * The database, as whole intents: each method is one transaction that is done, durably, when its
 * promise resolves, or not at all when it rejects.
 *
 * Every method may reject with ApiError: SYS.1003 for a resource that must exist and doesn't,
 * SYS.1007 for a uuid in use, SYS.1010 where the database is away, SYS.1000 where it fails.
 */
export interface Store {
  /** Adds a service with its images and refs. */
  addModelService(service: ModelService, extras: WriteExtras): Promise<void>;

  /**
   * Replaces a service's own fields and images (not its refs) by what `change` makes of them.
   * @param change pure; what it throws undoes everything
   */
  changeModelService(
    uuid: string,
    change: (current: ModelService) => Omit<ModelService, 'modelServiceRefs'>,
    extras: WriteExtras,
  ): Promise<ModelService>;

  /**
   * Adds the service that `derive` makes of another one, with its images and refs.
   * @param derive pure; what it throws undoes everything
   */
  cloneModelService(
    sourceUuid: string,
    derive: (source: ModelService) => ModelService,
    extras: WriteExtras,
  ): Promise<ModelService>;

  /** Adds a model with its refs. */
  addModel(model: Model, extras: WriteExtras): Promise<void>;

  /** Adds a ref, unless its model is already bound to its service; returns the service. */
  bindModelToService(ref: ModelServiceRef, extras: WriteExtras): Promise<ModelService>;

  findModelService(uuid: string): Promise<ModelService | undefined>;
  /** A page of services by createDate, then uuid; SYS.1007 for one that holds too much. */
  listModelServices(page: Page): Promise<ModelService[]>;
  countModelServices(): Promise<number>;

  findModel(uuid: string): Promise<Model | undefined>;
  /** A page of models by createDate, then uuid; SYS.1007 for one that holds too much. */
  listModels(page: Page): Promise<Model[]>;
  countModels(): Promise<number>;

  /** The tags of a resource, in the order they were attached. */
  listTags(resourceUuid: string): Promise<Tag[]>;

  addSession(session: Session): Promise<void>;
  /**
   * Moves a session's expiry, unless it has passed.
   * @param now milliseconds since the epoch
   * @param expiredDate the new expiry, milliseconds since the epoch
   * @returns the session as it now is; undefined for one that is unknown or has expired
   */
  useSession(uuid: string, now: number, expiredDate: number): Promise<Session | undefined>;

  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Finishes and closes; further calls reject. */
  close(): Promise<void>;
}
