import type { Static, TSchema } from '@sinclair/typebox';
import type { DeploymentOutcome } from './deployment-outcome.ts';
import { datasetOperations } from './operations/datasets.ts';
import { deploymentOperations } from './operations/deployments.ts';
import { modelCenterOperations } from './operations/model-centers.ts';
import { modelServiceOperations } from './operations/model-services.ts';
import { modelOperations } from './operations/models.ts';
import type { Operation } from './operations/operation.ts';
import { sessionOperations } from './operations/sessions.ts';
import { tagOperations } from './operations/tags.ts';
import type { DeletionResult } from './schemas/resource.ts';

export type { Operation };

/**
 * Every operation of the API, under ZStack's own name. An operation consists of an entry here, a
 * handler of the same name and a test of the same name.
 */
export const operations = {
  ...modelServiceOperations,
  ...modelOperations,
  ...modelCenterOperations,
  ...datasetOperations,
  ...deploymentOperations,
  ...sessionOperations,
  ...tagOperations,
};

/**
 * Whether an operation may run as a job: reads, logins and logouts are always answered inline (F1).
 */
export function isWrite({ method, open }: Operation): boolean {
  return method !== 'GET' && !open;
}

export type OperationName = keyof typeof operations;

type Definition<Name extends OperationName> = (typeof operations)[Name];

/** The client that an operation runs for. */
export interface Caller {
  /** Network address. */
  address: string;
  /** Session or network. */
  client: string;
  /** Whether it has disconnected, so that reads may be skipped. */
  isAborted: () => boolean;
}

/** A validated request, as handlers receive it. */
export interface Request<Name extends OperationName> {
  path: { readonly [Parameter in keyof Definition<Name>['pathParameters']]: string };
  params: Static<Definition<Name>['params']>;
  query: Static<Definition<Name>['query']>;
  systemTags: string[];
  userTags: string[];
  caller: Caller;
  /** The outcome that a fault gives a deployment. */
  outcome?: DeploymentOutcome | undefined;
}

export type Inventory<Name extends OperationName> =
  Definition<Name> extends { inventory: infer Schema extends TSchema } ? Static<Schema> : never;

/** What each kind of answer contains in addition to `success` (F55). */
interface ResultByKind<Inventory> {
  inventory: { inventory: Inventory };
  inventories: { inventories?: Inventory[]; total?: number };
  several: { inventories: Inventory[] };
  found: { inventories: Inventory[] };
  results: { results: DeletionResult[] };
  valid: { valid: boolean };
  nothing: Record<never, never>;
}

/** What an operation's answer contains in addition to `success`. */
export type Result<Name extends OperationName> = ResultByKind<
  Inventory<Name>
>[Definition<Name>['answers']];
