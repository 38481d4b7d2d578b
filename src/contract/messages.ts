import { Type } from '@sinclair/typebox';
import { type Operation, type OperationName, operations } from './operations.ts';
import { CONDITIONS_MAX, type Operator, QueryParams } from './schemas/query.ts';
import { listOf, oneOf, optional, Refine, text, verbatim } from './schemas/types.ts';
import { coerceString } from './validation/scalars.ts';
import { missing } from './validation/validator.ts';

/** Packages of the platform's message classes, by the operation's tag. */
const packages: Partial<Record<Operation['tag'], string>> = {
  Sessions: 'org.zstack.header.identity',
  Tags: 'org.zstack.header.tag',
};

/** The platform's message class of an operation (F60). */
export const messageClass = (name: OperationName): string =>
  `${packages[operations[name].tag] ?? 'org.zstack.ai.message'}.API${name}Msg`;

/** The class of the reply to a message: an Event of writes, else a Reply (F60, F61). */
export function replyClass(message: string): string {
  const isReply = /\.API(Query|LogIn|LogOut|ValidateSession|GetVersion|IsReady)/.test(message);
  return message.replace(/(ByAccount)?Msg$/, isReply ? 'Reply' : 'Event');
}

/** Operations by message class; those that get one resource have no message. */
export const operationsByMessage: ReadonlyMap<string, OperationName> = new Map(
  (Object.keys(operations) as OperationName[])
    .filter((name) => !name.startsWith('Get'))
    .map((name) => [messageClass(name), name]),
);

/**
 * Distributes the flat parameters of a message to the parts of a request.
 * @throws ApiError SYS.1007 for a missing path parameter
 */
export function partsOf(name: OperationName, fields: Record<string, unknown>) {
  const { pathParameters, tag, wrapper }: Operation = operations[name];
  const { session: _session, timeout: _timeout, systemTags, userTags, ...parameters } = fields;
  const params: Record<string, string> = {};
  for (const parameter of Object.keys(pathParameters)) {
    const field = tag === 'Sessions' ? 'sessionUuid' : parameter;
    const value = parameters[field] ?? null;
    if (value === null) throw missing(field, { message: messageClass(name) });
    params[parameter] = coerceString(value, field);
    delete parameters[field];
  }
  const tags = { systemTags, userTags };
  if (wrapper) return { params, query: {}, body: { ...tags, [wrapper]: parameters } };
  return { params, query: parameters, body: tags };
}

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
const condition = Type.Object({
  name: text('Name of the field.'),
  op: oneOf('The operator.', operators, { [Refine]: (op: string) => otherOperators[op] ?? op }),
  value: Type.Optional(Type.Union([value, Type.Array(value)], { [Refine]: String })),
});

/** The parameters of a query's message, which validation turns into those of the query (F60). */
export const MessageQueryParams = Type.Object(
  optional({
    ...Type.Omit(QueryParams, ['q', 'sort']).properties,
    conditions: listOf('All must hold.', condition, { maxItems: CONDITIONS_MAX }),
    sortBy: text('Field to sort by.'),
    sortDirection: oneOf('The order.', ['asc', 'desc']),
    fields: listOf('Fields to return.', text('Names of fields.'), { [Refine]: String }),
  }),
  {
    [Refine]: ({ conditions: q, sortBy, sortDirection, ...query }: Record<string, unknown>) => ({
      ...query,
      q,
      sort: sortBy && (sortDirection === 'desc' ? '-' : '+') + sortBy,
    }),
  },
);
