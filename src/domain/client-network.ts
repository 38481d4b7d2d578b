import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** Groups of an IPv6 address's network prefix, which has 64 bits. */
const NETWORK_GROUPS = 4;
/** Longest key for text that is no address; clients may send any length. */
const OTHER_MAX = 64;

/**
 * The key by which clients are distinguished: an IPv4 address itself, also if it is mapped to IPv6; the
 * /64 of another IPv6 address, because one client has all of its addresses.
 * @param address with or without a port, as proxies write it; other text is truncated
 */
export function clientNetwork(address: string): string {
  if (!address.includes(':')) return address.slice(0, OTHER_MAX);
  const bare = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/%.*$/, '');
  const [, ipv4] = /^(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(bare) ?? [];
  if (ipv4 !== undefined) return ipv4;
  const groups = parseIpv6Groups(bare);
  if (!groups) return address.slice(0, OTHER_MAX);
  const [high = 0, low = 0] = groups.slice(-2);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight numbers of an IPv6 address; undefined for other text. */
function parseIpv6Groups(text: string): number[] | undefined {
  if (!isIPv6(text)) return undefined;
  // In the canonical form, an IPv4 ending is hexadecimal too.
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const split = (part: string) => (part === '' ? [] : part.split(':'));
  const [left = [], right = []] = canonical.split('::').map(split);
  const omitted = Array<string>(GROUPS - left.length - right.length).fill('0');
  return [...left, ...omitted, ...right].map((group) => Number.parseInt(group, 16));
}
