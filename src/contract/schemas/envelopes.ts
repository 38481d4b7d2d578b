import { type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from '../operations.ts';
import { DeletionResult } from './resource.ts';
import { tagFields } from './tag.ts';
import { boolean, integer, listOf, mapOf, objectOf, optional, since } from './types.ts';

const success = boolean('Always true: a failure has `error` instead.', { examples: [true] });

const schema = Type.Optional(
  mapOf(
    'The class of each object, by its path; only with the header `X-JSON-Schema`.',
    Type.String(),
  ),
);

/** The schema of an operation's 200: `success`, and what it answers in addition (F55). */
export function answerSchema(name: OperationName): TObject {
  const { answers, inventory = {} as TSchema }: Operation = operations[name];
  const resource = String(inventory.$id).replace(/Inventory$/, '');
  const answer = (id: string, description: string, members: TProperties) =>
    objectOf(`${id}Answer`, description, { success, ...members });
  switch (answers) {
    case 'inventory':
      return answer(resource, 'One resource.', { inventory, schema });
    case 'inventories':
      return answer(`${resource}List`, 'A list of resources.', {
        ...optional({
          inventories: listOf('The resources; absent with `count=true`.', inventory),
          total: integer('Number of all matching resources; only when requested.', { min: 0 }),
        }),
        schema,
      });
    case 'several':
      return answer(`${resource}s`, 'Several resources.', {
        inventories: listOf('The resources.', inventory),
        schema,
      });
    case 'found':
      return answer(`${resource}Found`, 'A resource, if it was found.', {
        inventories: listOf('The resource, or nothing where there is none.', inventory),
        schema,
      });
    case 'results':
      return answer('Deletion', 'What became of each resource.', {
        results: listOf('One for each resource.', DeletionResult),
      });
    case 'valid':
      return answer('Validity', 'Whether a session is valid.', {
        valid: boolean('Whether the session is valid.'),
      });
    case 'nothing':
      return answer('Success', 'The operation was done.', {});
  }
}

/** The schema of a request's body: the wrapper and the tags; undefined without a wrapper. */
export function bodySchema(name: OperationName): TObject | undefined {
  const operation: Operation = operations[name];
  const { wrapper, params, needsAction, untagged } = operation;
  if (!wrapper) return undefined;
  const wrapped = { ...params, $id: `${name}Param`, description: `The parameters of ${name}.` };
  const isRequired = params.required !== undefined || needsAction === true;
  return objectOf(`${name}Request`, `The body of ${name}.`, {
    [wrapper]: isRequired ? wrapped : Type.Optional(wrapped),
    ...(!untagged && optional(since(operation.since, tagFields))),
  });
}

/** The schema of a request's path parameters, which are never checked by pattern (F21). */
export function pathSchema({ pathParameters, since: version }: Operation): TObject {
  const parameters = Object.entries(pathParameters).map(([name, description]) => [
    name,
    Type.String({ description }),
  ]);
  return Type.Object(since(version, Object.fromEntries(parameters)));
}
