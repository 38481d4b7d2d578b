import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import { ApiError } from '../../contract/errors.ts';
import { KeyedLimiter } from './keyed-limiter.ts';

/** What `local` stands for: ranges by their names in ipaddr.js. */
const LOCAL_RANGES = ['loopback', 'private', 'uniqueLocal'];
/** Metadata services of clouds, which hand out credentials: allowed only by address or range. */
const METADATA = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254'].map(toRange);

/** Timeout of a DNS lookup, in milliseconds. */
const LOOKUP_MS = 3000;
/** Maximum concurrent lookups, in total and per client: each blocks one of libuv's four threads until it ends. */
const LOOKUPS_MAX = { total: 2, perKey: 1 };
/** Maximum names of one client that are being looked up or wait for it. */
const NAMES_MAX = 16;

/** Parses a CIDR range or an address. */
function toRange(text: string) {
  return ipaddr.parseCIDR(isIP(text) ? `${text}/${isIP(text) === 4 ? 32 : 128}` : text);
}
type Range = ReturnType<typeof toRange>;

/** Unlike `match` of ipaddr.js, it accepts ranges of the other family, which have no such address. */
const isIn = (address: Range[0], ranges: Range[]) =>
  ipaddr.subnetMatch(address, { ranges }, '') === 'ranges';

/** The host of a URL, of an IPv6 address without its brackets. */
const withoutBrackets = (hostname: string) => hostname.replace(/^\[|\]$/g, '');

/** The hosts and addresses that web hooks may call. */
export class HookAllowlist {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: Range[];
  /** Whether any name may have an allowed address. */
  readonly #allowsNames: boolean;
  readonly #limiter = new KeyedLimiter(LOOKUPS_MAX);
  /** Lookups that run or wait, by client and name. */
  readonly #lookups = new Map<string, Promise<LookupAddress[] | undefined>>();

  /** @param entries host names, addresses, CIDR ranges, and `local` for loopback and private networks */
  constructor(entries: readonly string[]) {
    const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0;
    this.#ranges = entries.filter(isRange).map(toRange);
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
    return found?.filter(({ address: text }) => {
      // An IPv4-mapped IPv6 address counts as the IPv4 address.
      const address = ipaddr.process(text);
      if (isIn(address, this.#ranges)) return true;
      const isLocal = this.#names.has('local') && LOCAL_RANGES.includes(address.range());
      return (isLocal || this.#names.has(host)) && !isIn(address, METADATA);
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
