import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { AddModelParams, ModelInventory } from './model.ts';
import {
  AddModelServiceParams,
  CloneModelServiceParams,
  ModelServiceInventory,
  UpdateModelServiceParams,
} from './model-service.ts';
import { PageQuery } from './query.ts';

/** What an operation is on the wire. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After `/zstack`; its parameters in braces. */
  path: string;
  /** Path parameters with what they name. */
  pathParameters: Readonly<Record<string, string>>;
  /** Further paths that answer the same, kept out of the OpenAPI document (decision 31). */
  aliases?: readonly string[];
  /** Key of the body under which the parameters stand; none for an operation without a body. */
  wrapper?: string;
  /** Other keys taken for the wrapper (decision 30). */
  wrapperAliases?: readonly string[];
  /** For a PUT whose path serves several actions: those of the platform that this server lacks (decision 32). */
  absentActions?: readonly string[];
  params: TObject;
  query: TObject;
  /** What it answers: one inventory, or a list of them. */
  answers: 'inventory' | 'inventories';
  inventory: TSchema;
  /** Version of AIOS that brought it. */
  since: string;
  /** Where its wire form is taken from: D the documents, O other published pages (docs/fidelity.md). */
  evidence: 'D' | 'O';
  tag: 'Model services' | 'Models';
  summary: string;
  description: string;
}

const nothing = Type.Object({});

/** The wrapper of an add or bind; the Go SDK says `params` in some versions. */
const param = { wrapper: 'param', wrapperAliases: ['params'] } as const;

const modelServices = {
  inventory: ModelServiceInventory,
  tag: 'Model services',
} as const;

const models = { inventory: ModelInventory, tag: 'Models' } as const;

const write = { query: nothing, answers: 'inventory' } as const;

const read = {
  method: 'GET',
  params: nothing,
  answers: 'inventories',
  since: '5.1.8',
  evidence: 'O',
} as const;

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
    since: '5.1.8',
    evidence: 'D',
    summary: 'Add a model service',
    description: 'Adds a model service with its images and binds it to the models named.',
  },
  UpdateModelService: {
    ...modelServices,
    ...write,
    method: 'PUT',
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service.' },
    aliases: ['/v1/ai/model-services/{uuid}/actions'],
    wrapper: 'updateModelService',
    absentActions: ['deployModelService'],
    params: UpdateModelServiceParams,
    since: '5.1.8',
    evidence: 'D',
    summary: 'Update a model service',
    description:
      'Changes the fields given and leaves the others as they are. Images and the vendor map are ' +
      'replaced; the `service*`, environment, startup and inference parameters edit the yaml.',
  },
  CloneModelService: {
    ...modelServices,
    ...write,
    method: 'POST',
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service to clone.' },
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CloneModelServiceParams,
    since: '5.3.20',
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
    since: '5.1.8',
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
    since: '5.1.8',
    evidence: 'D',
    summary: 'Bind a model to a service',
    description: 'Binds a model to a service; binding them again changes nothing.',
  },
  QueryModelService: {
    ...modelServices,
    ...read,
    path: '/v1/ai/model-services',
    pathParameters: {},
    query: PageQuery,
    summary: 'List model services',
    description: 'Lists model services, the oldest first.',
  },
  GetModelService: {
    ...modelServices,
    ...read,
    path: '/v1/ai/model-services/{uuid}',
    pathParameters: { uuid: 'UUID of the service.' },
    query: nothing,
    summary: 'Get a model service',
    description:
      'Returns the service as the one member of `inventories`, which is empty for an unknown UUID.',
  },
  QueryModel: {
    ...models,
    ...read,
    path: '/v1/ai/models',
    pathParameters: {},
    query: PageQuery,
    summary: 'List models',
    description: 'Lists models, the oldest first.',
  },
  GetModel: {
    ...models,
    ...read,
    path: '/v1/ai/models/{uuid}',
    pathParameters: { uuid: 'UUID of the model.' },
    query: nothing,
    summary: 'Get a model',
    description:
      'Returns the model as the one member of `inventories`, which is empty for an unknown UUID.',
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

type Definition<Name extends OperationName> = (typeof operations)[Name];

/** A request as the rules see it: read, converted and checked. */
export interface Request<Name extends OperationName> {
  path: { readonly [Parameter in keyof Definition<Name>['pathParameters']]: string };
  params: Static<Definition<Name>['params']>;
  query: Static<Definition<Name>['query']>;
  systemTags: string[];
  userTags: string[];
}

export type Inventory<Name extends OperationName> = Static<Definition<Name>['inventory']>;

/** What the answer holds beside `success` (contract §4.5). */
export type Result<Name extends OperationName> = Definition<Name>['answers'] extends 'inventory'
  ? { inventory: Inventory<Name> }
  : { inventories?: Inventory<Name>[]; total?: number };
