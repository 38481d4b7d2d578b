import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Failure } from './errors.ts';
import { DeleteQuery, DeleteUuidsQuery, type DeletionResult } from './schemas/deletion.ts';
import { AddModelParams, ModelInventory, UpdateModelParams } from './schemas/model.ts';
import {
  AddModelCenterParams,
  ModelCenterInventory,
  UpdateModelCenterParams,
} from './schemas/model-center.ts';
import {
  AddModelServiceParams,
  CloneModelServiceParams,
  ModelServiceInventory,
  UpdateModelServiceParams,
} from './schemas/model-service.ts';
import { GetParams, QueryParams } from './schemas/query.ts';
import { LogInByAccountParams, RenewSessionParams, SessionInventory } from './schemas/session.ts';
import {
  CreateTagParams,
  SystemTagInventory,
  UpdateTagParams,
  UserTagInventory,
} from './schemas/tag.ts';

/** What an operation is on the wire. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After `/zstack`; its parameters in braces. */
  path: string;
  /** Path parameters with what they name. */
  pathParameters: Readonly<Record<string, string>>;
  /** Further paths that answer the same, kept out of the OpenAPI document (F31). */
  aliases?: readonly string[];
  /** Key of the body under which the parameters stand; none for an operation without a body. */
  wrapper?: string;
  /** Other keys taken for the wrapper (F30). */
  wrapperAliases?: readonly string[];
  /**
   * For a PUT whose path serves several actions, so that the body must name one: those of the
   * platform that this server lacks (F32).
   */
  absentActions?: readonly string[];
  /** Whether tags, which every body may have, are without effect: nothing is written they could go with. */
  untagged?: true;
  /** How it fails, beside what any operation may meet. */
  failures?: readonly Failure[];
  /** Whether it asks for no session (F46). */
  open?: true;
  params: TObject;
  query: TObject;
  /** What it answers beside `success` (F55). */
  answers: 'inventory' | 'inventories' | 'found' | 'results' | 'valid' | 'nothing';
  /** The schema of what `inventory` and `inventories` hold. */
  inventory?: TSchema;
  /** Version of AIOS that brought it, where that is known. */
  since?: string;
  /**
   * Where its wire form is taken from (docs/fidelity.md): D the documents, O other published pages,
   * K the vendor's SDKs.
   */
  evidence: 'D' | 'O' | 'K';
  tag: 'Model services' | 'Models' | 'Model centers' | 'Sessions' | 'Tags';
  summary: string;
  description: string;
}

const nothing = Type.Object({});

/** The wrapper of an add or bind; the Go SDK says `params` in some versions. */
const param = { wrapper: 'param', wrapperAliases: ['params'] } as const;

const modelServices = {
  inventory: ModelServiceInventory,
  tag: 'Model services',
  since: '5.1.8',
} as const;
const models = { inventory: ModelInventory, tag: 'Models', since: '5.1.8' } as const;
const modelCenters = {
  inventory: ModelCenterInventory,
  tag: 'Model centers',
  since: '5.1.8',
} as const;
const sessions = { tag: 'Sessions', untagged: true } as const;
const userTags = { inventory: UserTagInventory, tag: 'Tags', untagged: true } as const;
const systemTags = { inventory: SystemTagInventory, tag: 'Tags', untagged: true } as const;

const write = { query: nothing, answers: 'inventory' } as const;

const query = {
  method: 'GET',
  pathParameters: {},
  params: nothing,
  query: QueryParams,
  answers: 'inventories',
  evidence: 'O',
} as const;

const get = {
  method: 'GET',
  params: nothing,
  query: GetParams,
  answers: 'found',
  evidence: 'O',
} as const;

const remove = {
  method: 'DELETE',
  params: nothing,
  query: DeleteQuery,
  answers: 'nothing',
  evidence: 'O',
} as const;

/** The two paths of an update (F31). */
const update = <Path extends string>(path: Path) =>
  ({ path, aliases: [`${path}/actions`] }) as const;

const queried = (what: string) =>
  `Lists the ${what} for which all conditions of \`q\` hold, the oldest first. A page begins where ` +
  'the one before it ended for the same session, though others came or went meanwhile.';
const oneOfMany = (what: string) =>
  `Returns the ${what} as the one member of \`inventories\`, which is empty for an unknown UUID.`;
const gone = 'An unknown UUID succeeds.';

/**
 * Every operation of the API, under ZStack's own name. An entry here, a rule of the same name and a
 * test of the same name are what an operation is made of.
 */
export const operations = {
  AddModelService: {
    ...modelServices,
    ...write,
    ...param,
    method: 'POST',
    path: '/v1/ai/model-services',
    pathParameters: {},
    params: AddModelServiceParams,
    evidence: 'D',
    summary: 'Add a model service',
    description: 'Adds a model service with its images and binds it to the models named.',
  },
  UpdateModelService: {
    ...modelServices,
    ...write,
    method: 'PUT',
    ...update('/v1/ai/model-services/{uuid}'),
    pathParameters: { uuid: 'UUID of the service.' },
    wrapper: 'updateModelService',
    absentActions: ['deployModelService'],
    params: UpdateModelServiceParams,
    evidence: 'D',
    summary: 'Update a model service',
    description:
      'Changes the fields given and leaves the others as they are. Images and the vendor map are ' +
      'replaced; the `service*`, environment, startup and inference parameters edit the yaml.',
  },
  CloneModelService: {
    ...modelServices,
    ...write,
    since: '5.3.20',
    method: 'POST',
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service to clone.' },
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CloneModelServiceParams,
    evidence: 'D',
    summary: 'Clone a model service',
    description:
      'Copies a service with its images and bindings; each field given overrides the source’s.',
  },
  AddModel: {
    ...models,
    ...write,
    ...param,
    method: 'POST',
    path: '/v1/ai/models',
    pathParameters: {},
    params: AddModelParams,
    evidence: 'D',
    summary: 'Add a model',
    description: 'Adds a model and binds it to the services named.',
  },
  BindModelToService: {
    ...modelServices,
    ...write,
    ...param,
    method: 'POST',
    path: '/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}',
    pathParameters: { modelUuid: 'UUID of the model.', modelServiceUuid: 'UUID of the service.' },
    params: nothing,
    evidence: 'D',
    summary: 'Bind a model to a service',
    description: 'Binds a model to a service; binding them again changes nothing.',
  },
  UnbindModelFromService: {
    ...remove,
    query: nothing,
    tag: 'Models',
    since: '5.1.8',
    path: '/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}',
    pathParameters: { modelUuid: 'UUID of the model.', modelServiceUuid: 'UUID of the service.' },
    summary: 'Unbind a model from a service',
    description: 'Removes the binding of a model to a service; without one it succeeds too.',
  },
  DeleteModelService: {
    ...remove,
    tag: 'Model services',
    since: '5.1.8',
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service.' },
    summary: 'Delete a model service',
    description: `Deletes a service with its bindings, images and tags. ${gone}`,
  },
  QueryModelService: {
    ...modelServices,
    ...query,
    path: '/v1/ai/model-services',
    summary: 'List model services',
    description: queried('model services'),
  },
  GetModelService: {
    ...modelServices,
    ...get,
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service.' },
    summary: 'Get a model service',
    description: oneOfMany('service'),
  },
  UpdateModel: {
    ...models,
    ...write,
    ...update('/v1/ai/models/{uuid}'),
    method: 'PUT',
    pathParameters: { uuid: 'UUID of the model.' },
    wrapper: 'updateModel',
    params: UpdateModelParams,
    evidence: 'O',
    summary: 'Update a model',
    description: 'Changes the fields given and leaves the others as they are.',
  },
  DeleteModel: {
    ...remove,
    tag: 'Models',
    since: '5.1.8',
    path: '/v1/ai/models/{uuid}',
    pathParameters: { uuid: 'UUID of the model.' },
    summary: 'Delete a model',
    description: `Deletes a model with its bindings and tags. ${gone}`,
  },
  DeleteModels: {
    ...remove,
    tag: 'Models',
    since: '5.1.8',
    path: '/v1/ai/models',
    pathParameters: {},
    query: DeleteUuidsQuery,
    answers: 'results',
    summary: 'Delete several models',
    description:
      'Deletes models with their bindings and tags, and tells of each how it went, with status 200 ' +
      'also where some failed. `uuids` may stand in a JSON body instead.',
  },
  QueryModel: {
    ...models,
    ...query,
    path: '/v1/ai/models',
    summary: 'List models',
    description: queried('models'),
  },
  GetModel: {
    ...models,
    ...get,
    path: '/v1/ai/models/{uuid}',
    pathParameters: { uuid: 'UUID of the model.' },
    summary: 'Get a model',
    description: oneOfMany('model'),
  },
  AddModelCenter: {
    ...modelCenters,
    ...write,
    ...param,
    method: 'POST',
    path: '/v1/ai/model-centers',
    pathParameters: {},
    params: AddModelCenterParams,
    evidence: 'O',
    summary: 'Add a model center',
    description: 'Registers a place where models and services are kept. Nothing is connected to.',
  },
  UpdateModelCenter: {
    ...modelCenters,
    ...write,
    ...update('/v1/ai/model-centers/{uuid}'),
    method: 'PUT',
    pathParameters: { uuid: 'UUID of the center.' },
    wrapper: 'updateModelCenter',
    params: UpdateModelCenterParams,
    evidence: 'O',
    summary: 'Update a model center',
    description: 'Changes the fields given and leaves the others as they are.',
  },
  DeleteModelCenter: {
    ...remove,
    tag: 'Model centers',
    since: '5.1.8',
    failures: ['operationFailed'],
    path: '/v1/ai/model-centers/{uuid}',
    pathParameters: { uuid: 'UUID of the center.' },
    summary: 'Delete a model center',
    description:
      'Deletes a center with its tags. One that has models is refused with SYS.1006 in Permissive ' +
      `mode; Enforcing deletes them too. Services stay as they are. ${gone}`,
  },
  QueryModelCenter: {
    ...modelCenters,
    ...query,
    path: '/v1/ai/model-centers',
    summary: 'List model centers',
    description: queried('model centers'),
  },
  GetModelCenter: {
    ...modelCenters,
    ...get,
    path: '/v1/ai/model-centers/{uuid}',
    pathParameters: { uuid: 'UUID of the center.' },
    summary: 'Get a model center',
    description: oneOfMany('center'),
  },
  LogInByAccount: {
    ...sessions,
    ...write,
    inventory: SessionInventory,
    open: true,
    failures: ['loginFailed', 'tooManyLogins'],
    method: 'PUT',
    path: '/v1/accounts/login',
    pathParameters: {},
    wrapper: 'logInByAccount',
    params: LogInByAccountParams,
    evidence: 'K',
    summary: 'Log in',
    description: 'Begins a session, whose UUID goes into `Authorization: OAuth <uuid>`.',
  },
  LogOut: {
    ...sessions,
    ...remove,
    open: true,
    path: '/v1/accounts/sessions/{uuid}',
    pathParameters: { uuid: 'UUID of the session.' },
    query: nothing,
    evidence: 'K',
    summary: 'Log out',
    description: 'Ends a session; an unknown one succeeds too.',
  },
  ValidateSession: {
    ...sessions,
    ...get,
    query: nothing,
    open: true,
    path: '/v1/accounts/sessions/{uuid}/valid',
    pathParameters: { uuid: 'UUID of the session.' },
    answers: 'valid',
    evidence: 'K',
    summary: 'Check a session',
    description: 'Tells whether a session is valid, without prolonging it.',
  },
  RenewSession: {
    ...sessions,
    ...write,
    inventory: SessionInventory,
    method: 'PUT',
    path: '/v1/accounts/sessions/{uuid}/renew',
    pathParameters: { uuid: 'UUID of the session.' },
    wrapper: 'renewSession',
    params: RenewSessionParams,
    evidence: 'K',
    summary: 'Renew a session',
    description: 'Lets a session last for the time given, from now.',
  },
  CreateUserTag: {
    ...userTags,
    ...write,
    failures: ['operationFailed'],
    method: 'POST',
    path: '/v1/user-tags',
    pathParameters: {},
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CreateTagParams,
    evidence: 'O',
    summary: 'Attach a user tag',
    description: 'Attaches a user tag to a resource; one that it carries already is SYS.1006.',
  },
  QueryUserTag: {
    ...userTags,
    ...query,
    path: '/v1/user-tags',
    summary: 'List user tags',
    description: queried('user tags'),
  },
  GetUserTag: {
    ...userTags,
    ...get,
    path: '/v1/user-tags/{uuid}',
    pathParameters: { uuid: 'UUID of the tag.' },
    summary: 'Get a user tag',
    description: oneOfMany('tag'),
  },
  CreateSystemTag: {
    ...systemTags,
    ...write,
    failures: ['operationFailed'],
    method: 'POST',
    path: '/v1/system-tags',
    pathParameters: {},
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CreateTagParams,
    evidence: 'O',
    summary: 'Attach a system tag',
    description: 'Attaches a system tag to a resource; one that it carries already is SYS.1006.',
  },
  UpdateSystemTag: {
    ...systemTags,
    ...write,
    failures: ['operationFailed'],
    method: 'PUT',
    path: '/v1/system-tags/{uuid}/actions',
    pathParameters: { uuid: 'UUID of the tag.' },
    aliases: ['/v1/system-tags/{uuid}'],
    wrapper: 'updateSystemTag',
    params: UpdateTagParams,
    evidence: 'O',
    summary: 'Change a system tag',
    description: 'Changes a tag’s text; one that the resource carries already is SYS.1006.',
  },
  QuerySystemTag: {
    ...systemTags,
    ...query,
    path: '/v1/system-tags',
    summary: 'List system tags',
    description: queried('system tags'),
  },
  GetSystemTag: {
    ...systemTags,
    ...get,
    path: '/v1/system-tags/{uuid}',
    pathParameters: { uuid: 'UUID of the tag.' },
    summary: 'Get a system tag',
    description: oneOfMany('tag'),
  },
  DeleteTag: {
    ...remove,
    query: nothing,
    tag: 'Tags',
    untagged: true,
    path: '/v1/tags/{uuid}',
    pathParameters: { uuid: 'UUID of the tag.' },
    summary: 'Delete a tag',
    description: `Deletes a user or system tag. ${gone}`,
  },
} as const satisfies Record<string, Operation>;

/**
 * Whether an operation may become a job: those that read, log in or out are always answered inline
 * (F1).
 */
export function isWrite({ method, open }: Operation): boolean {
  return method !== 'GET' && !open;
}

export type OperationName = keyof typeof operations;

type Definition<Name extends OperationName> = (typeof operations)[Name];

/** Who sent a request. */
export interface Caller {
  /** Network address. */
  address: string;
}

/** A request as the rules see it: read, converted and checked. */
export interface Request<Name extends OperationName> {
  path: { readonly [Parameter in keyof Definition<Name>['pathParameters']]: string };
  params: Static<Definition<Name>['params']>;
  query: Static<Definition<Name>['query']>;
  systemTags: string[];
  userTags: string[];
  caller: Caller;
}

export type Inventory<Name extends OperationName> =
  Definition<Name> extends { inventory: infer Schema extends TSchema } ? Static<Schema> : never;

/** What each kind of answer holds beside `success` (F55). */
interface ResultByKind<Inventory> {
  inventory: { inventory: Inventory };
  inventories: { inventories?: Inventory[]; total?: number };
  found: { inventories: Inventory[] };
  results: { results: DeletionResult[] };
  valid: { valid: boolean };
  nothing: Record<never, never>;
}

/** What the answer holds beside `success`. */
export type Result<Name extends OperationName> = ResultByKind<
  Inventory<Name>
>[Definition<Name>['answers']];
