import { distance } from 'fastest-levenshtein';
import type { FastifyBaseLogger } from 'fastify';
import { invalidArgument } from '../contract/errors.ts';
import type { OnUnknownFields } from '../contract/validation/request.ts';

/** Maximum number of names remembered as logged: clients can send any name. */
const LOGGED_MAX = 1000;
/** Maximum length of a logged name, in characters. */
const NAME_MAX = 100;

/** Ignores unknown fields and parameters, as the platform does; logs each, and a missing wrapper, once (F10, F32, F43). */
export function ignoreUnknownFields(
  log: Pick<FastifyBaseLogger, 'debug' | 'warn'>,
): OnUnknownFields {
  const logged = new Set<string>();
  const isNew = (name: string) => {
    if (logged.has(name) || logged.size >= LOGGED_MAX) return false;
    logged.add(name);
    return true;
  };
  return ({ message, fields, known, parameters, missingWrapper }) => {
    if (missingWrapper !== undefined && isNew(message))
      log.warn({ message }, `the body has parameters, but no "${missingWrapper}" around them`);
    for (const field of fields.map((each) => each.slice(0, NAME_MAX))) {
      if (!isNew(`${message}.${field}`)) continue;
      const nearest = known.find((name) => distance(name, field) <= Math.min(2, field.length / 3));
      const isMistake = nearest || field === 'dockerImage' || field === 'vmImageUuid';
      log[isMistake ? 'warn' : 'debug']({ message, field, nearest }, 'unknown field ignored');
    }
    for (const parameter of parameters.map((each) => each.slice(0, NAME_MAX))) {
      const hint = parameter === 'q[]' ? ': a list is sent as q=…&q=…, also to the platform' : '';
      if (isNew(`${message}?${parameter}`))
        log.warn({ message, parameter }, `unknown query parameter ignored${hint}`);
    }
  };
}

/** Rejects unknown fields and parameters with SYS.1007, which makes typing errors visible (F10, F43). */
export const rejectUnknownFields: OnUnknownFields = ({ message, fields, parameters }) => {
  const [field, kind] = fields.length > 0 ? [fields[0], 'field'] : [parameters[0], 'parameter'];
  throw invalidArgument(`${kind}[${field}] is not a ${kind} of message[${message}]`);
};
