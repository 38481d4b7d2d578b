import { Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from './operations.ts';
import { CONDITIONS_MAX, type ConditionText, type Operator, QueryParams } from './schemas/query.ts';
import { listOf, oneOf, optional, Refine, text, verbatim } from './schemas/types.ts';

/** Packages of the platform's message classes, by the operation's tag. */
const packages: Partial<Record<Operation['tag'], string>> = {
  Sessions: 'org.zstack.header.identity',
  Tags: 'org.zstack.header.tag',
};

const classOf = (name: OperationName, suffix: string) =>
  `${packages[operations[name].tag] ?? 'org.zstack.ai.message'}.API${name}${suffix}`;

/** The platform's message class of an operation (F60). */
export const messageClass = (name: OperationName): string => classOf(name, 'Msg');

/** The class of the reply to a message: a Reply of queries and sessions, else an Event (F60). */
export function replyClass(name: OperationName): string {
  const isSession = operations[name].tag === 'Sessions' && name !== 'RenewSession';
  const reply = classOf(name, isSession || name.startsWith('Query') ? 'Reply' : 'Event');
  return reply.replace('LogInByAccount', 'LogIn');
}

/** Operations by message class; those that get one resource have no message. */
export const operationsByMessage: ReadonlyMap<string, OperationName> = new Map(
  (Object.keys(operations) as OperationName[])
    .filter((name) => !name.startsWith('Get'))
    .map((name) => [messageClass(name), name]),
);

/** The operators of a message's conditions that are others in `q`. */
const otherOperators: Record<string, Operator> = {
  in: '?=',
  'not in': '!?=',
  like: '~=',
  'not like': '!~=',
  'is not null': 'not null',
};
const operators = ['=', '!=', '>', '>=', '<', '<=', 'is null', ...Object.keys(otherOperators)];

const value = verbatim('What to compare with.');

const condition = Type.Object(
  {
    name: text('Name of the field.'),
    op: oneOf('The operator.', operators),
    value: Type.Optional(Type.Union([value, Type.Array(value)])),
  },
  {
    [Refine]: ({ name, op, value = '' }: Record<'name' | 'op' | 'value', string>) =>
      ({ field: name, operator: otherOperators[op] ?? op, value: String(value) }) as ConditionText,
  },
);

const { q: _q, sort: _sort, ...others } = QueryParams.properties;

/** The parameters of a query's message, which are validated to those of the query (F60). */
export const MessageQueryParams = Type.Object(
  {
    ...others,
    ...optional({
      conditions: listOf('All must hold.', condition, { maxItems: CONDITIONS_MAX }),
      sortBy: text('Field to sort by.'),
      sortDirection: oneOf('The order.', ['asc', 'desc']),
      fields: listOf('Fields to return.', text('Names of fields.'), { [Refine]: String }),
    }),
  },
  {
    [Refine]: ({ conditions, sortBy, sortDirection, ...query }: Record<string, unknown>) => ({
      ...query,
      q: conditions,
      sort: sortBy && (sortDirection === 'desc' ? '-' : '+') + sortBy,
    }),
  },
);
