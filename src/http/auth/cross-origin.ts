import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidArgument } from '../../contract/errors.ts';
import type { RouteTable } from '../protocol/route-table.ts';

/** Methods that never write. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Enables CORS for the pages of these origins.
 * @param origins `*` for any; CORS stays off if the list is empty
 */
export async function enableCors(
  app: FastifyInstance,
  origins: string[],
  routeTable: RouteTable,
): Promise<void> {
  if (origins.length === 0) return;
  // The plugin adds an OPTIONS route: anything but a preflight still gets 404 or 405.
  app.addHook('onRequest', async (request) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    if (request.method === 'OPTIONS' && !(origin && method)) throw routeTable.failureFor(request);
  });
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
  });
}

/**
 * Creates the check that rejects writes sent by web pages of other origins. Browsers send a preflight
 * before a cross-origin request with JSON, but not before a POST without a body, which could clone a
 * service or reset the server where no session is required. Clients other than browsers send neither
 * `Origin` nor `Sec-Fetch-Site`.
 * @param origins whose pages may write; `*` for any
 * @returns a function that throws ApiError SYS.1007
 */
export function rejectCrossOriginWrites(
  origins: readonly string[],
): (request: FastifyRequest) => void {
  const allowed = new Set<string | undefined>(origins.filter((origin) => origin !== ''));
  return (request) => {
    if (SAFE_METHODS.has(request.method) || allowed.has('*')) return;
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (site === 'same-origin' || site === 'none') return;
    if (origin === undefined ? site === undefined : allowed.has(origin)) return;
    // Over plain HTTP, browsers send no `Sec-Fetch-Site`.
    if (site === undefined && isSameOrigin(origin, request)) return;
    throw invalidArgument(
      'Invalid header[Origin], pages of this origin may not write: it is neither that of the server, ' +
        'which AIOS_PUBLIC_URL can name, nor in AIOS_CORS_ORIGINS',
    );
  };
}

/** Compares the hosts only: behind a proxy, the scheme may differ. */
function isSameOrigin(origin = '', { host }: FastifyRequest): boolean {
  const page = URL.parse(origin);
  return page !== null && URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}
