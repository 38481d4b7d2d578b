import { type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from '../operations.ts';
import { DeletionResult } from './resource.ts';
import { tagFields } from './tag.ts';
import { boolean, integer, listOf, mapOf, objectOf, optional, since } from './types.ts';

const success = boolean('Always true: failures have `error` instead.', { examples: [true] });

const schema = Type.Optional(
  mapOf(
    'Class names of the objects in the answer, by their paths; only with the header `X-JSON-Schema`.',
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
      return answer(resource, 'The resource.', { inventory, schema });
    case 'inventories':
      return answer(`${resource}List`, 'A page of a list of resources.', {
        ...optional({
          inventories: listOf('The resources of the page; absent with `count=true`.', inventory),
          total: integer('Number of all matches, with `count` or `replyWithCount`.', { min: 0 }),
        }),
        schema,
      });
    case 'several':
      return answer(`${resource}s`, 'The updated resources.', {
        inventories: listOf('The resources, in the order of the request.', inventory),
        schema,
      });
    case 'found':
      return answer(`${resource}Found`, 'A list of the resource, or an empty one.', {
        inventories: listOf('The resource; empty for an unknown UUID.', inventory),
        schema,
      });
    case 'results':
      return answer('Deletion', 'The result for each resource.', {
        results: listOf('One for each UUID of the request, in its order.', DeletionResult),
      });
    case 'valid':
      return answer('Validity', 'Whether a session is valid.', {
        valid: boolean('Whether the session is valid.'),
      });
    case 'nothing':
      return answer('Success', 'The operation succeeded.', {});
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
