import { CONTEXT_PATH } from '../../contract/aios.ts';

/** A request's path as sent, without its query. */
export function sentPath(url: string): string {
  // A proxy's form of a request names the server too.
  const local = url.replace(/^https?:\/\/[^/?]*/i, '');
  return local.split('?', 1)[0] ?? '';
}

/** The same, doubled slashes collapsed (F31). */
export function rawPath(url: string): string {
  return sentPath(url).replace(/\/{2,}/g, '/');
}

/** A request's path as the platform's sentences name it: decoded, without `/zstack`. */
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

/** An operation's path, `{uuid}` for a parameter, as the router writes it. */
export function routePath(path: string): string {
  return CONTEXT_PATH + path.replace(/\{(\w+)\}/g, ':$1');
}
