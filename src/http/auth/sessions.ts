import type { FastifyRequest } from 'fastify';
import { invalidArgument } from '../../contract/errors.ts';
import { clientNetwork } from '../../domain/client-network.ts';
import type { Dependencies } from '../../domain/dependencies.ts';
import { admitSession } from '../../domain/sessions.ts';
import type { accessKeyCheck } from './access-keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** UUID of the request's session, or id of its access key; empty if neither is required. */
    session: string;
  }
}

/** The client that long queries and web hooks are counted for: the session, or the network where none is required. */
export const clientOf = ({ session, ip }: FastifyRequest): string => session || clientNetwork(ip);

/** Checks that a request has a valid session; returns a promise only if it queries the store. */
export type SessionCheck = (request: FastifyRequest) => Promise<void> | void;

/**
 * Creates the check for a valid session or access key (F51).
 * It throws ApiError: SYS.1007 for a missing or malformed header, ID.1001 for what it doesn't admit.
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
