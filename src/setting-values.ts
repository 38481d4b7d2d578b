import { isIP } from 'node:net';

export type DatabaseUrl =
  | { kind: 'memory' }
  | { kind: 'file'; path: string }
  | { kind: 'postgres'; url: string };

const list = (text: string): string[] => text.split(/[\s,]+/).filter((item) => item !== '');

/** Parses a list; undefined if a member is not allowed. */
export const listOf = (text: string, allows: (item: string) => boolean): string[] | undefined =>
  list(text).every(allows) ? list(text) : undefined;

export function integerIn(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

export function parseBoolean(text: string): boolean | undefined {
  if (/^(on|true|yes|1)$/i.test(text)) return true;
  return /^(off|false|no|0)$/i.test(text) ? false : undefined;
}

/** The hosts in the URL of a PostgreSQL database, which may have several. */
const HOSTS = /(?<=\/\/(?:[^/]*@)?)[^/@]*(?=\/)/;

/** Parses a database's URL; undefined for an invalid one. */
export function parseDatabaseUrl(text: string): DatabaseUrl | undefined {
  if (text === 'memory:') return { kind: 'memory' };
  if (/^postgres(ql)?:\/\/[^\s]+$/.test(text)) {
    const hosts = HOSTS.exec(text)?.[0].split(',') ?? [''];
    const isAllowed = hosts.every((host) => {
      const { pathname = '', searchParams } = URL.parse(text.replace(HOSTS, host)) ?? {};
      // The driver would never connect to a port that is no number.
      if (!/^\d*$/.test(searchParams?.get('port') ?? '')) return false;
      return /^\/[^/]+$/.test(pathname) && (host !== '' || hosts.length === 1);
    });
    return isAllowed ? { kind: 'postgres', url: text } : undefined;
  }
  // A file URL may have an empty host, but no other host and no query.
  const path = /^file:(?:\/\/(?=\/))?((?!\/\/)[^?#\0]+)$/.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'file', path };
}

/** Parses a positive number with a unit, by default the first one; undefined for an invalid or larger one. */
function quantityOf(units: Record<string, number>, most: number) {
  return (text: string): number | undefined => {
    const [, digits, unit = ''] = /^(\d{1,12})\s*([a-z]*)$/i.exec(text) ?? [];
    const value =
      Number(digits) * (units[unit.toLowerCase() || (Object.keys(units)[0] ?? '')] ?? 0);
    return value > 0 && value <= most ? value : undefined;
  };
}

export const parseBytes = quantityOf({ b: 1, kib: 1024, mib: 1024 ** 2 }, 64 * 1024 ** 2);
export const parseSeconds = quantityOf(
  { s: 1, ms: 0.001, m: 60, h: 3600, d: 86_400 },
  365 * 86_400,
);

export function isTimeZone(text: string): boolean {
  try {
    return text !== '' && Boolean(new Intl.DateTimeFormat('en-US', { timeZone: text }));
  } catch {
    return false;
  }
}

export function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || integerIn(bits, 0, version === 4 ? 32 : 128) !== undefined;
}

export function isHostOrRange(text: string): boolean {
  return isAddressOrRange(text) || /^(?![-.\d/]*$|none$)[a-z\d][a-z\d.-]{0,252}$/i.test(text);
}

/** Parses `id:secret` pairs; undefined for an invalid pair or a repeated id. Ids are sent in a header. */
export function parseAccessKeys(text: string): [id: string, secret: string][] | undefined {
  const pairs = list(text).map((pair): [string, string] => {
    const [, id = '', secret = ''] = /^([!-9;-~]+):([^\0]+)$/.exec(pair) ?? [];
    return [id, secret];
  });
  const ids = new Set(pairs.map(([id]) => id));
  return ids.size === pairs.length && !ids.has('') ? pairs : undefined;
}

export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url?.origin === text && /^https?:$/.test(url.protocol) && !text.includes('*');
}

/** Parses a URL of scheme, host and maybe a path; returns it without a final slash, or undefined if invalid. */
export function parseBaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  const base = url && (url.origin + url.pathname).replace(/\/+$/, '');
  // Credentials, a query or a fragment would make the whole URL longer.
  const isAllowed = base && isOrigin(url.origin) && url.href.replace(/\/+$/, '') === base;
  return isAllowed ? base : undefined;
}

/** Whether a text is a URL once `{group}`, `{instance}` and `{name}` are replaced by values. */
export function isUrlTemplate(text: string): boolean {
  const url = text.replace(/\{(group|instance|name)\}/g, 'x');
  return /^https?:\/\/[^\s{}]+$/.test(url) && URL.canParse(url);
}
