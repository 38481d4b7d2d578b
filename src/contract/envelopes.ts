import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from './operations.ts';
import { component, integer, long } from './schema.ts';

const success = Type.Literal(true, { description: 'Always true: a failure has `error` instead.' });

/** The body of a 202 (contract §4.6). */
export const JobAccepted = Type.Object(
  {
    location: Type.String({
      description: 'Where to poll for the result.',
      examples: ['http://localhost:8080/zstack/v1/api-jobs/9c4f6bcbb2d34b0c8d3f0b8b1c5a2f11'],
    }),
    apiTimeout: long('How long the job may take, in milliseconds.', { min: 0 }),
  },
  { $id: 'JobAccepted', description: 'The operation goes on as a job.' },
);

/** What `success` stands beside (contract §4.5), by what the operation answers. */
const contents = {
  inventory: (inventory: TSchema) => ({ inventory: component(inventory) }),
  inventories: (inventory: TSchema) => ({
    inventories: Type.Optional(
      Type.Array(component(inventory), { description: 'The resources; absent with `count=true`.' }),
    ),
    total: Type.Optional(
      integer('Number of resources there are; only when asked for.', { min: 0 }),
    ),
  }),
} as const satisfies Record<Operation['answers'], (inventory: TSchema) => object>;

/** The body of an operation's 200. */
export function answerSchema(name: OperationName): TObject {
  const { answers, inventory }: Operation = operations[name];
  const resource = String(inventory.$id).replace(/Inventory$/, '');
  return Type.Object(
    { success, ...contents[answers](inventory) },
    {
      $id: `${resource}${answers === 'inventory' ? '' : 'List'}Answer`,
      description: answers === 'inventory' ? 'One resource.' : 'A list of resources.',
    },
  );
}
