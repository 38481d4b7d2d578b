import { isIPv6, SocketAddress } from 'node:net';

const MAPPED = '::ffff:';
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
  if (!isIPv6(bare)) return address.slice(0, OTHER_MAX);
  const { address: canonical } = new SocketAddress({ address: bare, family: 'ipv6' });
  if (canonical.startsWith(MAPPED)) return canonical.slice(MAPPED.length);
  const [left = [], right = []] = canonical.split('::').map((part) => part.split(':'));
  const zeros = Array<string>(GROUPS - left.length - right.length).fill('0');
  const network = [...left, ...zeros, ...right].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group || '0').join(':')}::/64`;
}
