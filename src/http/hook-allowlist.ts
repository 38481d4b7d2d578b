import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/**
 * This machine's own addresses and those of private networks. Link-local ones are not among them:
 * clouds hand out a machine's credentials there.
 */
export const LOCAL_RANGES = [
  ...['127.0.0.0/8', '::1/128'],
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
];

/** IPv4 addresses in IPv6's clothes, which are judged as what they are. */
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

/** Where the server may call out to: hosts by name, and addresses by range. */
export class HookAllowlist {
  readonly #hosts: ReadonlySet<string>;
  // In one list, `::/0` would also stand for every IPv4 address.
  readonly #ranges = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @param entries host names, addresses, CIDR ranges, and `local` for LOCAL_RANGES */
  constructor(entries: readonly string[]) {
    this.#hosts = new Set(entries.map((entry) => entry.toLowerCase()));
    for (const entry of entries.flatMap((each) => (each === 'local' ? LOCAL_RANGES : each))) {
      const [address = '', bits] = entry.split('/');
      const version = isIP(address);
      if (version === 4) this.#ranges.ipv4.addSubnet(address, Number(bits ?? 32), 'ipv4');
      if (version === 6) this.#ranges.ipv6.addSubnet(address, Number(bits ?? 128), 'ipv6');
    }
  }

  /**
   * The addresses at which a URL may be called. Its name is resolved here, so that what is called is
   * what was judged.
   * @returns none where none is allowed, or the name has none
   */
  async addressesOf({ hostname }: URL): Promise<LookupAddress[]> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const found = await lookup(host, { all: true }).catch(() => []);
    if (this.#hosts.has(host)) return found;
    return found.filter((each) => this.#allows(each));
  }

  #allows({ address, family }: LookupAddress): boolean {
    if (family === 4) return this.#ranges.ipv4.check(address, 'ipv4');
    const isMapped = MAPPED.check(address, 'ipv6');
    return this.#ranges[isMapped ? 'ipv4' : 'ipv6'].check(address, 'ipv6');
  }
}
