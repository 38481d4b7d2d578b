import type { FastifyRequest, RouteOptions } from 'fastify';
import { ApiError } from '../../contract/errors.ts';
import { decodedPath, rawPath } from './urls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is said of other methods, in place of the usual sentence. */
    otherMethods?: string;
  }
}

interface KnownPath {
  pattern: RegExp;
  /** What is said of other methods, where the platform has a sentence of its own. */
  otherMethods?: string | undefined;
  methods: Set<string>;
}

/** The failure of a URL that no route has. */
export function routeNotFound(url: string): ApiError {
  return new ApiError('noRoute', `no api mapping to ${decodedPath(url)}`);
}

/** Refuses what no route takes: 405 where another verb would do, else 404 (F52). */
export class RouteTable {
  readonly #paths = new Map<string, KnownPath>();

  /** Remembers a route; to be called for each as it is added. */
  add({ url, method, config }: Pick<RouteOptions, 'url' | 'method' | 'config'>): void {
    if (url.includes('*')) return;
    const known = this.#paths.get(url) ?? {
      pattern: patternOf(url),
      methods: new Set<string>(),
      otherMethods: config?.otherMethods,
    };
    for (const verb of [method].flat()) known.methods.add(verb);
    this.#paths.set(url, known);
  }

  /** A hook: before anything else is looked at, the session and the body among them (F34). */
  readonly check = (request: FastifyRequest): void => {
    // The router takes an empty segment for a parameter: a trailing slash is another path (F31).
    const hasEmptyParameter = Object.values(request.params ?? {}).includes('');
    if (request.is404 || hasEmptyParameter) throw this.failureFor(request);
  };

  failureFor(request: Pick<FastifyRequest, 'method' | 'url'>): ApiError {
    const path = rawPath(request.url);
    const known = [...this.#paths.values()].filter(({ pattern }) => pattern.test(routedPath(path)));
    const methods = known.flatMap((each) => [...each.methods]);
    if (methods.length === 0) return routeNotFound(request.url);
    return new ApiError(
      'methodNotAllowed',
      known[0]?.otherMethods ??
        `The method[${request.method}] is not allowed for the path[${path}]`,
      { allow: [...new Set(methods)].sort().join(', ') },
    );
  }
}

/** A parameter is one segment, and not an empty one. */
function patternOf(url: string): RegExp {
  const literal = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/:\w+/g, '[^/]+')}$`);
}

/** A path as the router compares it: decoded but for encoded slashes and the like. */
function routedPath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
