import type { FastifyRequest, RouteOptions } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { decodedPath, normalizedPath, routerPath } from './urls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Message of the 405 for other methods, in place of the usual one. */
    otherMethodsMessage?: string;
    /** Whether the route only rejects its requests, so that no `Allow` names it. */
    isAbsent?: boolean;
  }
}

/** The error for a URL that matches no route. */
export function routeNotFound(url: string): ApiError {
  return new ApiError('noRoute', `no api mapping to ${decodedPath(url)}`);
}

/** The error for a body that names no action of its path (F32). */
export function noAction(url: string): ApiError {
  return invalidArgument(`the body doesn't contain action mapping to the URL[${decodedPath(url)}]`);
}

/** Rejects requests that match no route: 405 if the path allows other methods, otherwise 404 (F52). */
export class RouteTable {
  readonly #routes: { path: RegExp; methods: string[]; message: string | undefined }[] = [];

  /** Registers a route; called for every route that is added. */
  add({ url, method, config }: Pick<RouteOptions, 'url' | 'method' | 'config'>): void {
    if (url.includes('*') || config?.isAbsent) return;
    const message = config?.otherMethodsMessage;
    this.#routes.push({ path: patternOf(url), methods: [method].flat(), message });
  }

  /** Hook `onRequest`: rejects such a request before its session and body are read (F34). */
  readonly check = (request: FastifyRequest): void => {
    // The router accepts an empty parameter, but a trailing slash makes another path (F31).
    const hasEmptyParameter = Object.values(request.params ?? {}).includes('');
    if (request.is404 || hasEmptyParameter) throw this.failureFor(request);
  };

  failureFor(request: Pick<FastifyRequest, 'method' | 'url'>): ApiError {
    const sent = routerPath(request.url);
    const known = this.#routes.filter(({ path }) => path.test(sent));
    const methods = known.flatMap((route) => route.methods);
    if (methods.length === 0) return routeNotFound(request.url);
    return new ApiError(
      'methodNotAllowed',
      known[0]?.message ??
        `The method[${request.method}] is not allowed for the path[${normalizedPath(request.url)}]`,
      { allow: [...new Set(methods)].sort().join(', ') },
    );
  }
}

/** A parameter matches one segment that isn't empty. */
function patternOf(url: string): RegExp {
  const literal = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/:\w+/g, '[^/]+')}$`);
}
