import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Parts of an IPv6 address's network prefix, which has 64 bits. */
const NETWORK_PARTS = 4;
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
  const ip = ipaddr.IPv6.parse(bare);
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address().toString();
  const network = ip.parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
