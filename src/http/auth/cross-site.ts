import type { FastifyRequest } from 'fastify';
import { invalidArgument } from '../../contract/errors.ts';

/** Methods that change nothing here. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Makes the check that refuses what a web page of another origin has a browser write. A browser asks
 * first before it sends such a page's JSON, but not before a POST without a body, which adds a clone or
 * resets the server where no session is asked for. Programs send neither header.
 * It throws ApiError SYS.1007.
 * @param origins whose pages may write; `*` for any
 */
export function rejectCrossSiteWrites(
  origins: readonly string[],
): (request: FastifyRequest) => void {
  const allowed = new Set<string | undefined>(origins.filter((origin) => origin !== ''));
  return (request) => {
    if (SAFE_METHODS.has(request.method) || allowed.has('*')) return;
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (site === 'same-origin' || site === 'none') return;
    if (origin === undefined ? site === undefined : allowed.has(origin)) return;
    // To a machine that is asked by plain http, browsers send the origin alone.
    if (site === undefined && isSameOrigin(origin, request)) return;
    throw invalidArgument(
      'Invalid header[Origin], pages of this origin may not write: it is neither that of the server, ' +
        'which AIOS_PUBLIC_URL can name, nor in AIOS_CORS_ORIGINS',
    );
  };
}

/** Whether a page is of the host that the request is sent to; a proxy may have another scheme. */
function isSameOrigin(origin = '', { host }: FastifyRequest): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  const requested = `${page.protocol}//${host}`;
  return URL.canParse(requested) && new URL(requested).host === page.host;
}
