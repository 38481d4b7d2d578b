import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';

export interface Route {
  method: string;
  /** Its parameters with a colon before them. */
  url: string;
}

/**
 * The routes that an app is given while it is built, as the framework takes them.
 * @param build builds one app
 * @returns the result of `build`, and every route, one for each method
 */
export async function withRoutes<Built>(
  build: () => Promise<Built>,
): Promise<{ built: Built; routes: Route[] }> {
  const routes: Route[] = [];
  const watch = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push({ method: each, url });
    });
  };
  subscribe('fastify.initialization', watch);
  try {
    return { built: await build(), routes };
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
}
