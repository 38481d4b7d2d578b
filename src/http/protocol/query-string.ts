import { parse } from 'node:querystring';

/**
 * Parses a query string. A `%` that encodes nothing stands for itself, as in `q=name~=chat%` typed by
 * hand; the framework's own parser would then decode nothing of the value.
 */
export function parseQueryString(text: string): Record<string, unknown> {
  return parse(text.replace(/%(?![\da-f]{2})/gi, '%25'), '&', '=', { maxKeys: 0 });
}
