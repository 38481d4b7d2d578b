import { describe, expect, test } from 'vitest';
import { clientNetwork } from '../../src/domain/client-network.ts';

describe('the network of an address', () => {
  test.each([
    ['itself', '203.0.113.9', '203.0.113.9'],
    ['IPv4 where IPv6 wraps it', '::ffff:203.0.113.9', '203.0.113.9'],
    ['IPv4 where IPv6 wraps it in hexadecimal', '::FFFF:cb00:7109', '203.0.113.9'],
    ['IPv4 where IPv6 wraps it at full length', '0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['IPv4 without the port', '203.0.113.9:51820', '203.0.113.9'],
    ['its /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['its /64, zeros left out', '2001:db8::5:6', '2001:db8:0:0::/64'],
    ['its /64, zeros written', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['its /64, zeros at the end', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['its /64, without the port', '[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['its /64, without the zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['its /64, of the loopback', '::1', '0:0:0:0::/64'],
    ['its /64, written with an IPv4 ending', '64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
  ])('%s: %s', (_, address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  test.each([
    '',
    'a',
    '__proto__',
    ':',
    ':::',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::1',
    '1.2.3',
    '::1.2.3.4.5',
  ])('is the text itself if it is no address: %j', (text) => {
    expect(clientNetwork(text)).toBe(text);
  });

  test('is the beginning of a long text that is no address', () => {
    expect(clientNetwork('x'.repeat(60_000)).length).toBeLessThanOrEqual(64);
  });
});

test('clients of different networks are always distinguished', () => {
  const addresses = [
    '2001:db8:0:1::1',
    '2001:db8:0:2::1',
    '2001:db8:1:1::1',
    '203.0.113.9',
    '203.0.113.10',
    '::1',
  ];
  expect(new Set(addresses.map(clientNetwork)).size).toBe(addresses.length);
});
