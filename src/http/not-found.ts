import type { FastifyRequest, RouteOptions } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import { decodedPath, rawPath } from './paths.ts';

interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
}

/** Answers what no route takes: 405 where another verb would do, else 404 (contract §4.2). */
export class UnroutedRequests {
  readonly #paths = new Map<string, KnownPath>();

  /** Remembers a route; to be called for each as it is added. */
  add({ url, method }: Pick<RouteOptions, 'url' | 'method'>): void {
    if (url.includes('*')) return;
    const known = this.#paths.get(url) ?? {
      // A parameter is one segment, and not an empty one (decision 31).
      pattern: new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`),
      methods: new Set<string>(),
    };
    for (const verb of [method].flat()) known.methods.add(verb);
    this.#paths.set(url, known);
  }

  /** @throws ApiError SYS.1009, always */
  refuse(request: FastifyRequest): never {
    const path = rawPath(request.url);
    const methods = [...this.#paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    if (methods.length > 0) {
      throw new ApiError(
        'methodNotAllowed',
        `The method[${request.method}] is not allowed for the path[${path}]`,
        { allow: [...new Set(methods)].sort().join(', ') },
      );
    }
    throw new ApiError('noRoute', `no api mapping to ${decodedPath(request.url)}`);
  }
}
