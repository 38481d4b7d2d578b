import { type Operation, type OperationName, operations } from './operations.ts';

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
