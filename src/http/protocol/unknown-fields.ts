import type { FastifyBaseLogger } from 'fastify';
import { invalidArgument } from '../../contract/errors.ts';
import type { OnUnknownFields } from '../../contract/validation/request.ts';

/** Names remembered as logged: clients make names up, memory ends. */
const REMEMBERED_MAX = 1000;

/** Ignores fields that no schema knows, as the platform does, and logs each name once (F10). */
export function ignoreUnknownFields(log: Pick<FastifyBaseLogger, 'debug'>): OnUnknownFields {
  const logged = new Set<string>();
  return (fields, message) => {
    for (const field of fields) {
      const name = `${message}.${field.slice(0, 100)}`;
      if (logged.has(name) || logged.size >= REMEMBERED_MAX) continue;
      logged.add(name);
      log.debug({ message, field: field.slice(0, 100) }, 'unknown field ignored');
    }
  };
}

/** Refuses fields that no schema knows, for those who want their typos caught (F10). */
export const rejectUnknownFields: OnUnknownFields = ([field], message) => {
  throw invalidArgument(`field[${field}] is not a field of message[${message}]`);
};
