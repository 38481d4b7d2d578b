import { parse } from 'node:querystring';
import { CONTEXT_PATH } from '../../contract/aios.ts';

/** The path of a request's URL exactly as sent, without the query. */
export function sentPath(url: string): string {
  // A client of a proxy sends an absolute URL.
  const local = url.replace(/^https?:\/\/[^/?]*/i, '');
  return local.split('?', 1)[0] ?? '';
}

/** The sent path with repeated slashes collapsed (F31). */
export function rawPath(url: string): string {
  return sentPath(url).replace(/\/{2,}/g, '/');
}

/** The path as the platform's messages name it: decoded if possible, without `/zstack`. */
export function decodedPath(url: string): string {
  const path = rawPath(url);
  const decoded = isDecodable(path) ? decodeURIComponent(path) : path;
  return decoded.startsWith(`${CONTEXT_PATH}/`) ? decoded.slice(CONTEXT_PATH.length) : decoded;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** An operation's path in the router's syntax: `:uuid` in place of `{uuid}`. */
export function routePath(path: string): string {
  return CONTEXT_PATH + path.replace(/\{(\w+)\}/g, ':$1');
}

/**
 * Parses a query string. A `%` without two hex digits stands for itself, as in a hand-typed
 * `q=name~=chat%`: Fastify's own parser would leave the whole value undecoded.
 */
export function parseQueryString(text: string): Record<string, unknown> {
  return parse(text.replace(/%(?![\da-f]{2})/gi, '%25'), '&', '=', { maxKeys: 0 });
}
