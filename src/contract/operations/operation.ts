import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Failure } from '../errors.ts';
import { GetParams, QueryParams } from '../schemas/query.ts';
import { DeleteQuery } from '../schemas/resource.ts';

/** The wire form of an operation. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without the prefix `/zstack`; its parameters in braces. */
  path: string;
  /** Descriptions of the path parameters, by name. */
  pathParameters: Readonly<Record<string, string>>;
  /** Other paths of the same operation, left out of the OpenAPI document (F31). */
  aliases?: readonly string[];
  /** Member of the body that holds the parameters; absent for an operation without a body. */
  wrapper?: string;
  /** Other names accepted for the wrapper (F30). */
  wrapperAliases?: readonly string[];
  /** Whether its path serves several actions, so that the body must name this one by the wrapper (F32). */
  needsAction?: true;
  /** Whether tags in the body have no effect, because the operation changes no taggable resource. */
  untagged?: true;
  /** Failures in addition to those of every operation. */
  failures?: readonly Failure[];
  /** Whether it needs no session (F46). */
  open?: true;
  params: TObject;
  query: TObject;
  /** What the answer contains in addition to `success` (F55). */
  answers: 'inventory' | 'inventories' | 'several' | 'found' | 'results' | 'valid' | 'nothing';
  /** Schema of the resource that it is about, as in `inventory` and `inventories`. */
  inventory?: TSchema;
  /** First AIOS version that has it, where that is known. */
  since?: string;
  /**
   * Source of its wire form (docs/fidelity.md): D the documents, O other published pages, K the
   * vendor's SDKs.
   */
  evidence: 'D' | 'O' | 'K';
  /** A tag of the OpenAPI document. */
  tag: string;
  summary: string;
  description: string;
}

export const noFields = Type.Object({});

/** The path parameter of an operation on one resource. */
export const uuidOfThe = (resource: string) => ({ uuid: `UUID of the ${resource}.` });

export const write = { query: noFields, answers: 'inventory' } as const;

/** Creates or binds a resource; some versions of the Go SDK send `params` as wrapper. */
export const add = {
  ...write,
  method: 'POST',
  pathParameters: {},
  wrapper: 'param',
  wrapperAliases: ['params'],
} as const;

/** Updates a resource; both paths are valid (F31). */
export const update = (path: string, resource: string) =>
  ({
    ...write,
    method: 'PUT',
    path,
    aliases: [`${path}/actions`],
    pathParameters: uuidOfThe(resource),
  }) as const;

export const remove = (path: string, resource: string) =>
  ({
    method: 'DELETE',
    path,
    pathParameters: uuidOfThe(resource),
    params: noFields,
    query: DeleteQuery,
    answers: 'nothing',
    evidence: 'O',
  }) as const;

export const DELETE_UNKNOWN = 'An unknown UUID succeeds.';
export const DELETE_USED =
  'One that a deployment uses is refused with SYS.1006 in Permissive mode; in Enforcing mode the deployment loses it.';

/** @param resources the plural of their name */
export const query = (path: string, resources: string) =>
  ({
    method: 'GET',
    path,
    pathParameters: {},
    params: noFields,
    query: QueryParams,
    answers: 'inventories',
    failures: ['noSuchField'],
    evidence: 'O',
    summary: `List ${resources}`,
    description:
      `Lists the ${resources} for which all conditions of \`q\` hold, the oldest first. \`start\` and ` +
      '`limit` count rows at the moment of the request, so rows added or deleted between two pages ' +
      'may shift them.',
  }) as const;

/**
 * @param resource its name in sentences
 * @param title its name in the summary
 */
export const get = (path: string, resource: string, title = resource) =>
  ({
    method: 'GET',
    path,
    pathParameters: uuidOfThe(resource),
    params: noFields,
    query: GetParams,
    answers: 'found',
    evidence: 'O',
    summary: `Get a ${title}`,
    description: `Returns the ${resource} as the one member of \`inventories\`, which is empty for an unknown UUID.`,
  }) as const;
