import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { Failure } from '../errors.ts';
import { GetParams, QueryParams } from '../schemas/query.ts';
import { DeleteQuery, DeleteUuidsQuery } from '../schemas/resource.ts';

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

export const deletion = {
  method: 'DELETE',
  params: noFields,
  query: DeleteQuery,
  answers: 'nothing',
} as const;

export const DELETE_UNKNOWN = 'Deleting an unknown UUID succeeds.';
export const DELETE_USED =
  'If a deployment uses it, Permissive mode rejects this with SYS.1006; Enforcing mode removes it from the deployment.';

/** A kind of resource, with what its operations have in common. */
interface Subject<Inventory extends TSchema>
  extends Pick<Operation, 'path' | 'tag' | 'since' | 'untagged'> {
  /** Its `$id` is the kind's name and `Inventory`. */
  inventory: Inventory;
  /** What a resource is called in descriptions. */
  one: string;
  /** What it is called in summaries; the same by default. */
  title?: string;
  /** `O` by default. */
  evidence?: Operation['evidence'];
}

/** Creates what the operations on every kind of resource have in common; a kind adds its parameters and what differs. */
export function operationsOn<Inventory extends TSchema>(subject: Subject<Inventory>) {
  const { path, one, title = one, evidence = 'O', ...others } = subject;
  const metadata = { ...others, evidence };
  const ofAll = { ...metadata, path, pathParameters: {} };
  const ofOne = { ...metadata, path: `${path}/{uuid}`, pathParameters: uuidOfThe(one) };
  const read = { method: 'GET', params: noFields } as const;
  return {
    /** Creates a resource; some versions of the Go SDK send `params` as wrapper. */
    add: {
      ...ofAll,
      ...write,
      method: 'POST',
      wrapper: 'param',
      wrapperAliases: ['params'],
      summary: `Add a ${title}`,
    },
    /** Both paths are valid (F31). */
    update: {
      ...ofOne,
      ...write,
      method: 'PUT',
      aliases: [`${ofOne.path}/actions`],
      wrapper: `update${String(subject.inventory.$id).replace(/Inventory$/, '')}`,
      summary: `Update a ${title}`,
      description: 'Changes the given fields and leaves the others unchanged.',
    },
    remove: { ...ofOne, ...deletion, summary: `Delete a ${title}` },
    removeAll: {
      ...ofAll,
      ...deletion,
      query: DeleteUuidsQuery,
      answers: 'results',
      summary: `Delete several ${title}s`,
      description:
        'The answer has a result for each UUID, also if some fail. `uuids` may be in a JSON body instead.',
    },
    query: {
      ...ofAll,
      ...read,
      query: QueryParams,
      answers: 'inventories',
      failures: ['noSuchField'],
      summary: `List ${title}s`,
      description:
        `Lists the ${title}s that meet all conditions of \`q\`, the oldest first unless \`sort\` is given. ` +
        '`start` and `limit` count rows at the time of the request: rows that are added or deleted between ' +
        'two requests shift the later pages.',
    },
    get: {
      ...ofOne,
      ...read,
      query: GetParams,
      answers: 'found',
      summary: `Get a ${title}`,
      description: `Returns the ${one} in \`inventories\`, a list that is empty for an unknown UUID.`,
    },
  } as const;
}
