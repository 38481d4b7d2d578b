import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from '../operations.ts';
import { DeletionResult } from './resource.ts';
import { tagFields } from './tag.ts';
import { boolean, integer, mapOf, optional, since } from './types.ts';

const success = boolean('Always true: a failure has `error` instead.', { examples: [true] });

const schema = Type.Optional(
  mapOf(
    'The class of each object, by its path; only with the header `X-JSON-Schema`.',
    Type.String(),
  ),
);

/** The members of an answer in addition to `success` (F55). */
const contentSchemas = {
  inventory: (inventory: TSchema) => ({ inventory: inventory, schema }),
  inventories: (inventory: TSchema) => ({
    inventories: Type.Optional(
      Type.Array(inventory, { description: 'The resources; absent with `count=true`.' }),
    ),
    total: Type.Optional(
      integer('Number of all matching resources; only when requested.', { min: 0 }),
    ),
    schema,
  }),
  several: (inventory: TSchema) => ({
    inventories: Type.Array(inventory, { description: 'The resources.' }),
    schema,
  }),
  found: (inventory: TSchema) => ({
    inventories: Type.Array(inventory, {
      description: 'The resource, or nothing where there is none.',
    }),
    schema,
  }),
  results: () => ({
    results: Type.Array(DeletionResult, { description: 'One for each resource.' }),
  }),
  valid: () => ({ valid: boolean('Whether the session is valid.') }),
  nothing: () => ({}),
} as const satisfies Record<Operation['answers'], (inventory: TSchema) => object>;

const metadata = {
  inventory: { name: (resource: string) => `${resource}Answer`, description: 'One resource.' },
  inventories: {
    name: (resource: string) => `${resource}ListAnswer`,
    description: 'A list of resources.',
  },
  several: { name: (resource: string) => `${resource}sAnswer`, description: 'Several resources.' },
  found: {
    name: (resource: string) => `${resource}FoundAnswer`,
    description: 'A resource, if it was found.',
  },
  results: { name: () => 'DeletionAnswer', description: 'What became of each resource.' },
  valid: { name: () => 'ValidityAnswer', description: 'Whether a session is valid.' },
  nothing: { name: () => 'SuccessAnswer', description: 'The operation was done.' },
} as const satisfies Record<Operation['answers'], object>;

/** The schema of an operation's 200. */
export function answerSchema(name: OperationName): TObject {
  const { answers, inventory = {} as TSchema }: Operation = operations[name];
  const resource = String(inventory.$id).replace(/Inventory$/, '');
  return Type.Object(
    { success, ...contentSchemas[answers](inventory) },
    { $id: metadata[answers].name(resource), description: metadata[answers].description },
  );
}

/** The schema of a request's body: the wrapper and the tags; undefined without a wrapper. */
export function bodySchema(name: OperationName): TObject | undefined {
  const operation: Operation = operations[name];
  const { wrapper, params, needsAction, untagged } = operation;
  if (!wrapper) return undefined;
  const wrapped = { ...params, $id: `${name}Param`, description: `The parameters of ${name}.` };
  const isRequired = params.required !== undefined || needsAction === true;
  return Type.Object(
    {
      [wrapper]: isRequired ? wrapped : Type.Optional(wrapped),
      ...(!untagged && optional(since(operation.since, tagFields))),
    },
    { $id: `${name}Request`, description: `The body of ${name}.` },
  );
}

/** The schema of a request's path parameters, which are never checked by pattern (F21). */
export function pathSchema({ pathParameters, since: version }: Operation): TObject {
  const parameters = Object.entries(pathParameters).map(([name, description]) => [
    name,
    Type.String({ description }),
  ]);
  return Type.Object(since(version, Object.fromEntries(parameters)));
}
