import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../contract/errors.ts';
import { KeyedLimiter } from './keyed-limiter.ts';

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
/** Maximum concurrent lookups, in total and per client: each blocks one of libuv's four threads until it ends. */
const LOOKUPS_MAX = { total: 2, perKey: 1 };
/** Maximum names of one client that are being looked up or wait for it. */
const NAMES_MAX = 16;

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

/** The host of a URL, of an IPv6 address without its brackets. */
const withoutBrackets = (hostname: string) => hostname.replace(/^\[|\]$/g, '');

/** The hosts and addresses that web hooks may call. */
export class HookAllowlist {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: AddressRanges;
  /** Whether any name may have an allowed address. */
  readonly #allowsNames: boolean;
  readonly #limiter = new KeyedLimiter(LOOKUPS_MAX);
  /** Lookups that run or wait, by client and name. */
  readonly #lookups = new Map<string, Promise<LookupAddress[] | undefined>>();

  /** @param entries host names, addresses, CIDR ranges, and `local` for loopback and private networks */
  constructor(entries: readonly string[]) {
    const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0;
    this.#ranges = new AddressRanges(entries.filter(isRange));
    this.#names = new Set(
      entries.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()),
    );
    this.#allowsNames = this.#names.has('local') || entries.some((entry) => entry.includes('/'));
  }

  /** Whether the host of a URL is a name that may have an allowed address. */
  needsLookup({ hostname }: Pick<URL, 'hostname'>): boolean {
    const host = withoutBrackets(hostname);
    return isIP(host) === 0 && (this.#allowsNames || this.#names.has(host));
  }

  /**
   * Resolves the host of a URL. The caller connects to the returned addresses without another lookup,
   * which could give different ones. Names that cannot be allowed are not looked up.
   * @param client session or address of the client that sent the URL
   * @returns the allowed addresses; undefined if the name can't be resolved at present
   * @throws ApiError SYS.1010 if too many other names of the client wait for their lookup
   */
  async allowedAddresses({ hostname }: URL, client: string): Promise<LookupAddress[] | undefined> {
    const host = withoutBrackets(hostname);
    const family = isIP(host);
    if (family === 0 && !this.needsLookup({ hostname })) return [];
    const found = family ? [{ address: host, family }] : await this.#lookUp(host, client);
    return found?.filter((address) => {
      if (this.#ranges.has(address)) return true;
      const isNamed = this.#names.has(host) || (this.#names.has('local') && local.has(address));
      return isNamed && !metadata.has(address);
    });
  }

  async #lookUp(host: string, client: string): Promise<LookupAddress[] | undefined> {
    const id = `${client} ${host}`;
    let found = this.#lookups.get(id);
    if (!found) {
      const names = [...this.#lookups.keys()].filter((each) => each.startsWith(`${client} `));
      if (names.length >= NAMES_MAX) {
        throw new ApiError('notReady', 'too many host names of web hooks wait for their lookup');
      }
      found = new Promise((resolve) => {
        this.#limiter.add(client, () =>
          lookup(host, { all: true })
            .then(resolve, () => resolve(undefined))
            .finally(() => this.#lookups.delete(id)),
        );
      });
      this.#lookups.set(id, found);
    }
    return Promise.race([found, setTimeout(LOOKUP_MS, undefined, { ref: false })]);
  }
}
