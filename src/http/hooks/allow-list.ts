import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Loopback addresses and private networks. */
const LOCAL_RANGES = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
];
/** Metadata services of clouds, which hand out credentials: allowed only by address or range. */
const METADATA_RANGES = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254'];

/** Timeout of a DNS lookup, in milliseconds. */
const LOOKUP_MS = 3000;

/** A set of address ranges; an IPv4-mapped IPv6 address counts as the IPv4 address. */
class AddressRanges {
  // In a shared list, `::/0` would match every IPv4 address too.
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/');
      const [family, all] =
        isIP(address) === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
      this.#lists[family].addSubnet(address, Number(bits ?? all), family);
    }
  }

  has({ address, family }: LookupAddress): boolean {
    if (family === 4) return this.#lists.ipv4.check(address, 'ipv4');
    return this.#lists[MAPPED.check(address, 'ipv6') ? 'ipv4' : 'ipv6'].check(address, 'ipv6');
  }
}

const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');
const local = new AddressRanges(LOCAL_RANGES);
const metadata = new AddressRanges(METADATA_RANGES);

/** The hosts and addresses that web hooks may call. */
export class HookAllowlist {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: AddressRanges;

  /** @param entries host names, addresses, CIDR ranges, and `local` for loopback and private networks */
  constructor(entries: readonly string[]) {
    const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0;
    this.#ranges = new AddressRanges(entries.filter(isRange));
    this.#names = new Set(
      entries.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()),
    );
  }

  /**
   * Resolves the host of a URL. The caller connects to the returned addresses without another lookup,
   * which could give different ones.
   * @returns the allowed addresses; empty if none is allowed or the name can't be resolved
   */
  async allowedAddresses({ hostname }: URL): Promise<LookupAddress[]> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const found = await Promise.race([
      lookup(host, { all: true }).catch(() => []),
      setTimeout(LOOKUP_MS, [], { ref: false }),
    ]);
    return found.filter((address) => {
      if (this.#ranges.has(address)) return true;
      const isNamed = this.#names.has(host) || (this.#names.has('local') && local.has(address));
      return isNamed && !metadata.has(address);
    });
  }
}
