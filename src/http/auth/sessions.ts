import type { FastifyRequest } from 'fastify';
import { invalidArgument } from '../../contract/errors.ts';
import type { Dependencies } from '../../domain/dependencies.ts';
import { admitSession } from '../../domain/sessions.ts';
import type { accessKeyCheck } from './access-keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** UUID of the session the request was admitted with; empty where none was asked for. */
    session: string;
  }
}

/** Lets a request with a valid session pass; a promise where the store must be asked. */
export type SessionCheck = (request: FastifyRequest) => Promise<void> | void;

/**
 * Makes the check that lets a request pass with a valid session (F51).
 * It throws ApiError: SYS.1007 for a header that is missing or of another scheme, else ID.1001.
 */
export function createSessionCheck(
  dependencies: Dependencies,
  checkAccessKey: ReturnType<typeof accessKeyCheck>,
): SessionCheck {
  return (request) => {
    if (!dependencies.access.required) return;
    const header = request.headers.authorization;
    if (header === undefined) throw invalidArgument("missing header 'Authorization'");
    const [scheme, ...rest] = header.trim().split(/\s+/);
    if (scheme === 'ZStack') {
      request.session = checkAccessKey(request, rest.join(' '));
      return;
    }
    if (scheme !== 'OAuth') throw invalidArgument("Authorization type must be 'OAuth'");
    request.session = rest.join(' ');
    return admitSession(request.session, dependencies);
  };
}
