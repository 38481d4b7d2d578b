import type { Socket } from 'node:net';
import { parse } from 'node:querystring';
import { compile } from '@fastify/proxy-addr';
import type { FastifyRequest } from 'fastify';
import { CONTEXT_PATH } from '../../contract/aios.ts';
import { invalidArgument } from '../../contract/errors.ts';

/** Headers by which a proxy names the URL that its client used. */
const FORWARDED = ['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-prefix'] as const;

/** The path of a request's URL exactly as sent, without the query. */
export function requestPath(url: string): string {
  // A client of a proxy sends an absolute URL.
  const local = url.replace(/^https?:\/\/[^/?]*/i, '');
  return local.split('?', 1)[0] ?? '';
}

/** The path of a request with repeated slashes collapsed (F31). */
export function normalizedPath(url: string): string {
  return requestPath(url).replace(/\/{2,}/g, '/');
}

/** The path as the platform's messages name it: decoded if possible, without `/zstack`. */
export function decodedPath(url: string): string {
  const path = decode(normalizedPath(url), decodeURIComponent);
  return path.startsWith(`${CONTEXT_PATH}/`) ? path.slice(CONTEXT_PATH.length) : path;
}

/** The path as the router matches it: decoded if possible, except for reserved characters such as slashes. */
export function routerPath(url: string): string {
  return decode(normalizedPath(url), decodeURI);
}

function decode(path: string, decoder: (path: string) => string): string {
  try {
    return decoder(path);
  } catch {
    return path;
  }
}

/** An operation's path in the router's syntax: `:uuid` in place of `{uuid}`. */
export function routePattern(path: string): string {
  return CONTEXT_PATH + path.replace(/\{(\w+)\}/g, ':$1');
}

/**
 * Parses a query string. A `%` without two hex digits stands for itself, as in a hand-typed
 * `q=name~=chat%`: Fastify's own parser would leave the whole value undecoded.
 */
export function parseQueryString(text: string): Record<string, unknown> {
  return parse(text.replace(/%(?![\da-f]{2})/gi, '%25'), '&', '=', { maxKeys: 0 });
}

/** Creates the check whether a connection is that of a trusted proxy. */
export function proxyCheck(trustProxy: boolean | string[]): (socket: Socket) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  const isTrusted = compile(trustProxy);
  return ({ remoteAddress }) => isTrusted(remoteAddress ?? '', 0);
}

/**
 * Creates the hook that empties `X-Forwarded-Proto`, `-Host` and `-Prefix` unless a trusted proxy sent them. Of
 * several values it leaves the first, which the proxy next to the client has set; Fastify would take the last.
 */
export function filterForwardedHeaders(trustProxy: boolean | string[]) {
  const isTrusted = proxyCheck(trustProxy);
  return ({ raw: { headers, socket } }: FastifyRequest): void => {
    for (const name of FORWARDED) {
      if (headers[name] === undefined) continue;
      const [first = ''] = String(headers[name]).split(',', 1);
      headers[name] = isTrusted(socket) ? first.trim() : '';
    }
  };
}

/**
 * The URL by which the client of a request, or a trusted proxy, has reached this server, without a final slash.
 * @throws ApiError SYS.1007 if the host is not a host and port: a location would contain anything else too
 */
export function requestedUrl(request: FastifyRequest): string {
  const { protocol, host, headers } = request;
  // The path below which a trusted proxy serves this server.
  const [prefix] = /^(\/[\w.~-]+)+/.exec(String(headers['x-forwarded-prefix'] ?? '')) ?? [''];
  const url = `${protocol.toLowerCase() === 'https' ? 'https' : 'http'}://${host}`;
  if (/^([\w.-]+|\[[\da-f:.]+\])(:\d*)?$/i.test(host) && URL.canParse(url)) {
    return url + prefix;
  }
  throw invalidArgument('Invalid header[Host], it must be a host and port');
}
