import { describe, expect, test } from 'vitest';
import { readSettings, withoutCredentials } from '../src/read-settings.ts';
import {
  definitions,
  flagOf,
  type SettingKey,
  type Settings,
  SettingsError,
  settingKeys,
  variableOf,
} from '../src/settings.ts';

type Given = Record<string, string>;

function read({ env = {}, flags = {}, files = {} }: { env?: Given; flags?: Given; files?: Given }) {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return content;
  };
  return readSettings({ env, flags, readFile });
}

/** The sentence with which settings are rejected. */
function expectedError(given: Parameters<typeof read>[0]): string {
  try {
    read(given);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('they were not rejected');
}

const UUID = 'b86c9016b4f24953a9edefb53ca0678c';
const OTHER_UUID = '0123456789abcdef0123456789abcdef';

const variables: Record<SettingKey, string> = {
  host: 'AIOS_HOST',
  port: 'AIOS_PORT',
  addressFile: 'AIOS_ADDRESS_FILE',
  databaseUrl: 'AIOS_DATABASE_URL',
  databaseConnections: 'AIOS_DATABASE_CONNECTIONS',
  session: 'AIOS_SESSION',
  adminPassword: 'AIOS_ADMIN_PASSWORD',
  sessionTimeout: 'AIOS_SESSION_TIMEOUT',
  auth: 'AIOS_AUTH',
  accessKey: 'AIOS_ACCESS_KEY',
  reply: 'AIOS_REPLY',
  publicUrl: 'AIOS_PUBLIC_URL',
  jobRetention: 'AIOS_JOB_RETENTION',
  hookAllow: 'AIOS_HOOK_ALLOW',
  seedFile: 'AIOS_SEED_FILE',
  control: 'AIOS_CONTROL',
  record: 'AIOS_RECORD',
  unknownFields: 'AIOS_UNKNOWN_FIELDS',
  strictReferences: 'AIOS_STRICT_REFERENCES',
  deployTime: 'AIOS_DEPLOY_TIME',
  deployUrl: 'AIOS_DEPLOY_URL',
  timeZone: 'AIOS_TIME_ZONE',
  bodyLimit: 'AIOS_BODY_LIMIT',
  logLevel: 'AIOS_LOG_LEVEL',
  logFormat: 'AIOS_LOG_FORMAT',
  trustProxy: 'AIOS_TRUST_PROXY',
  corsOrigins: 'AIOS_CORS_ORIGINS',
};

test('every setting has a variable and a flag', () => {
  expect(Object.fromEntries(settingKeys.map((key) => [key, variableOf(key)]))).toEqual(variables);
  expect(settingKeys.map(flagOf)).toEqual(
    Object.values(variables).map((name) => name.slice(5).toLowerCase().replaceAll('_', '-')),
  );
});

test('the defaults apply if nothing is set', () => {
  expect(read({})).toEqual({
    settings: {
      host: '127.0.0.1',
      port: 8080,
      addressFile: '',
      databaseUrl: { kind: 'file', path: './data/aios.db' },
      databaseConnections: 15,
      session: [],
      adminPassword: '',
      sessionTimeout: 7200,
      auth: true,
      accessKey: [],
      reply: 'auto',
      publicUrl: '',
      jobRetention: 10_800,
      hookAllow: null,
      seedFile: '',
      record: '',
      control: false,
      unknownFields: 'ignore',
      strictReferences: false,
      deployTime: 0,
      deployUrl: '',
      timeZone: 'UTC',
      bodyLimit: 32 * 1024 * 1024,
      logLevel: 'info',
      logFormat: 'auto',
      trustProxy: false,
      corsOrigins: [],
    },
    warnings: [],
  });
});

type Values = { [Key in SettingKey]: [text: string, value: Settings[Key]][] };

/** Texts that are their own values. */
const verbatim = <Text extends string>(...texts: Text[]) =>
  texts.map((text): [string, Text] => [text, text]);
/** Numbers, the last one with spaces too. */
const numbers = (...values: number[]) => [
  ...values.map((value): [string, number] => [String(value), value]),
  [` ${values.at(-1)} `, values.at(-1)] as [string, number],
];

const switches: [string, boolean][] = [
  ...['on', 'true', 'yes', '1', 'ON'].map((text): [string, boolean] => [text, true]),
  ...['off', 'false', 'no', '0', 'False'].map((text): [string, boolean] => [text, false]),
];
const durations: [string, number][] = [
  ['1', 1],
  ['500ms', 0.5],
  ['30s', 30],
  ['15 m', 900],
  ['2h', 7200],
  ['365d', 31_536_000],
];

const allowed: Values = {
  host: verbatim('127.0.0.2', '0.0.0.0', '::1', 'fe80::1%eth0', 'localhost', 'aios.example.com'),
  port: numbers(0, 8080, 65_535),
  addressFile: verbatim('/run/address'),
  databaseUrl: [
    ['memory:', { kind: 'memory' }],
    ['file:../a b/c.db', { kind: 'file', path: '../a b/c.db' }],
    ['file:/data/aios.db', { kind: 'file', path: '/data/aios.db' }],
    ['file:///data/aios.db', { kind: 'file', path: '/data/aios.db' }],
    ...[
      'postgres://localhost/aios',
      'postgresql://aios:p%40ss@db.example.com:5432/aios?sslmode=verify-full',
      'postgres:///aios?host=/run/postgresql',
      'postgres:///aios?host=/run/postgresql&port=5433',
      'postgres://aios:p%40ss@db-1,db-2:5433,[::1]/aios',
    ].map((url): [string, Settings['databaseUrl']] => [url, { kind: 'postgres', url }]),
  ],
  databaseConnections: numbers(2, 1000),
  session: [
    [UUID, [UUID]],
    [` ${UUID} , ${OTHER_UUID},\n`, [UUID, OTHER_UUID]],
  ],
  adminPassword: verbatim('0', 'pässwörd, 🔑 $"\'\\', UUID, 'x'.repeat(10_000)),
  sessionTimeout: durations,
  auth: switches,
  accessKey: [
    ['id:secret', [['id', 'secret']]],
    [
      ' a:b:c , d:e/+=\n',
      [
        ['a', 'b:c'],
        ['d', 'e/+='],
      ],
    ],
  ],
  reply: verbatim('auto', 'inline', 'job'),
  publicUrl: [
    ['HTTPS://AIOS.example.com/', 'https://aios.example.com'],
    ['http://10.0.0.1:8080', 'http://10.0.0.1:8080'],
    ['https://Example.com/aios/V1/', 'https://example.com/aios/V1'],
  ],
  jobRetention: durations,
  seedFile: verbatim('seed.json', '/seed/a b.json'),
  record: verbatim('a.har', '/tmp/a b.har'),
  control: switches,
  hookAllow: [
    ['none', []],
    ['local', ['local']],
    ['hooks.example.com', ['hooks.example.com']],
    ['10.0.0.0/8, ::1 localhost', ['10.0.0.0/8', '::1', 'localhost']],
  ],
  unknownFields: verbatim('ignore', 'reject'),
  deployTime: [
    ['0', 0],
    ['30', 30],
    ['500ms', 0.5],
    ['2m', 120],
  ],
  deployUrl: verbatim(
    'http://mock:9000/',
    'https://{name}.example.com:8443/{group}/{instance}?n={name}',
  ),
  strictReferences: switches,
  timeZone: verbatim('UTC', 'Asia/Shanghai', 'America/Argentina/Buenos_Aires'),
  bodyLimit: [
    ['1', 1],
    ['1024B', 1024],
    ['512KiB', 524_288],
    ['1 mib', 1_048_576],
    ['64MiB', 67_108_864],
  ],
  logLevel: verbatim('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  logFormat: verbatim('auto', 'pretty', 'json'),
  trustProxy: [
    ['true', true],
    ['off', false],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, ::1, fd00::/128', ['10.0.0.0/8', '::1', 'fd00::/128']],
  ],
  corsOrigins: [
    ['*', ['*']],
    ['http://localhost:3000,https://b.example', ['http://localhost:3000', 'https://b.example']],
  ],
};

const rejected: Record<SettingKey, string[]> = {
  host: ['a host', 'http://localhost', 'host/path', '*', '[::1]'],
  port: ['-1', '65536', '1.5', '80a', '0x50', '1e3', '+80', '８０', '99999999999999999999'],
  addressFile: [],
  databaseUrl: [
    'memory',
    'file:',
    './aios.db',
    'postgres://localhost/',
    'postgres:aios',
    'postgres://db-1,db-2:x/aios',
    'postgres://db-1,db-2/',
    ...['postgres://a,b:99999/x', 'postgres://a,[::::]/x', 'postgres://a/x?port=y'],
    ...['postgres://a,/x', 'postgres://a,,b/x', 'postgres://,b/x'],
    'mysql://localhost/aios',
    'file://host/aios.db',
    'file:a.db?mode=ro',
    'FILE:a.db',
  ],
  databaseConnections: ['0', '1001', 'ten'],
  session: [UUID.toUpperCase(), UUID.slice(1), `${UUID}0`, `${UUID},x`, 'g'.repeat(32)],
  // Any text may be a password.
  adminPassword: [],
  sessionTimeout: ['0', '0s', '31536001', '366d', '2 hours', '1.5h', '2w', 'never'],
  auth: ['2', 'maybe', 'onoff'],
  accessKey: [
    ...['its-id', 'its-id:', ':its-secret', 'its-id:its-secret,other', 'its id:its-secret'],
    ...['its-id:its-secret,its-id:other', '模:its-secret', 'its-id:its\0secret'],
  ],
  reply: ['async', 'Job', 'on'],
  publicUrl: [
    'aios.example.com',
    'https://user@aios.example.com',
    'https://aios.example.com?a',
    'ftp://a',
    'https://a/b#c',
    'https://*.a',
  ],
  jobRetention: ['0', '31536001', '3w'],
  // Whether the file can be read shows when it is.
  seedFile: [],
  record: [],
  control: ['2', 'enabled'],
  hookAllow: ['10.0.0.0/33', '10.0.0', 'none,local', 'http://a', 'a/b', '*', '-a', 'a_b'],
  unknownFields: ['accept', 'Reject', 'true'],
  deployTime: ['-1', '1.5', '0s', '366d', 'soon'],
  deployUrl: [
    'mock:9000',
    'ftp://mock',
    '/a',
    'http://mock/{service}',
    'http://mock/{',
    'http://mo ck',
  ],
  strictReferences: ['2', 'strict'],
  timeZone: ['Mars/Olympus', 'Shanghai', '+8'],
  bodyLimit: ['0', '-1', '1.5MiB', '32MB', '1GiB', '65MiB', 'MiB', '67108865', 'unlimited'],
  logLevel: ['verbose', 'INFO', '30'],
  logFormat: ['Pretty', 'text'],
  trustProxy: ['1', '0', '2', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/8/8', '10.0.0.1,x'],
  corsOrigins: [
    'example.com',
    'https://a.example/path',
    'ftp://a.example',
    'https://*.example',
    'null',
    'https://A.example',
  ],
};

describe.each(settingKeys)('%s', (key) => {
  test.each<[string, unknown]>(
    allowed[key],
  )('may be %j, from the variable or the flag', (text, value) => {
    expect(read({ env: { [variableOf(key)]: text } }).settings[key]).toEqual(value);
    expect(read({ flags: { [flagOf(key)]: text } }).settings[key]).toEqual(value);
  });

  test.each(rejected[key])('rejects %j and names the allowed values', (text) => {
    for (const [name, given] of [
      [variableOf(key), { env: { [variableOf(key)]: text } }],
      [`--${flagOf(key)}`, { flags: { [flagOf(key)]: text } }],
    ] as const) {
      const sentence = expectedError(given);
      expect(sentence.startsWith(`${name}: `)).toBe(true);
      expect(sentence.endsWith(`, only ${definitions[key].allowed}.`)).toBe(true);
      expect(sentence.includes(text)).toBe(!('secret' in definitions[key]));
    }
  });

  test('has its default when it is empty', () => {
    const { settings, warnings } = read({ env: { [variableOf(key)]: '' } });
    expect(settings[key]).toEqual(read({}).settings[key]);
    expect(warnings).toEqual([]);
  });

  test('is taken from the flag rather than the variable', () => {
    const values: [string, unknown][] = allowed[key];
    const [[flag, value] = ['', ''], [variable] = ['']] = [values[0], values.at(-1)];
    const given = { flags: { [flagOf(key)]: flag }, env: { [variableOf(key)]: variable } };
    expect(read(given).settings[key]).toEqual(value);
  });

  test('has an allowed default', () => {
    const { default: standard = '' } = definitions[key];
    const { settings } = read({ env: { [variableOf(key)]: standard } });
    expect(settings).toEqual(read({}).settings);
  });
});

describe('a secret', () => {
  test('is a setting that grants access, and no other', () => {
    expect(settingKeys.filter((key) => 'secret' in definitions[key])).toEqual([
      ...['session', 'adminPassword', 'accessKey'],
    ]);
  });

  test.each<[string, Parameters<typeof read>[0]]>([
    ['the variable’s file', { env: { AIOS_SESSION_FILE: '/run/session' } }],
    ['the flag’s file', { flags: { 'session-file': '/run/session' } }],
    [
      'the flag’s file rather than the variable',
      { flags: { 'session-file': '/run/session' }, env: { AIOS_SESSION: OTHER_UUID } },
    ],
    [
      'the variable rather than its file',
      { env: { AIOS_SESSION: UUID, AIOS_SESSION_FILE: '/run/nothing' } },
    ],
    ['the flag rather than any file', { flags: { session: UUID, 'session-file': '/run/nothing' } }],
  ])('comes from %s', (_name, given) => {
    const { settings, warnings } = read({ ...given, files: { '/run/session': `\n${UUID}\n` } });
    expect(settings.session).toEqual([UUID]);
    expect(warnings).toEqual([]);
  });

  test('that is a password has its spaces and further lines', () => {
    const files = { '/run/password': 'correct horse\n battery staple\n' };
    const env = { AIOS_ADMIN_PASSWORD_FILE: '/run/password' };
    expect(read({ env, files }).settings.adminPassword).toBe('correct horse\n battery staple');
  });

  test('in an unreadable or invalid file is rejected with the file’s name and is not shown', () => {
    const env = { AIOS_SESSION_FILE: '/run/session' };
    expect(expectedError({ env })).toMatch(
      /^AIOS_SESSION_FILE: the file can't be read \(.*\/run\/session/,
    );
    const password = { AIOS_ADMIN_PASSWORD_FILE: '/run/password' };
    expect(expectedError({ env: password })).toMatch(
      /^AIOS_ADMIN_PASSWORD_FILE: the file can't be read \(.*\/run\/password/,
    );
    expect(expectedError({ env, files: { '/run/session': 'hunter2' } })).toMatch(
      /^AIOS_SESSION_FILE: (?!.*hunter2)/,
    );
    expect(expectedError({ flags: { 'session-file': 'x' }, files: { x: 'hunter2' } })).toMatch(
      /^--session-file: (?!.*hunter2)/,
    );
  });
});

test.each([
  ['postgres://u:p@a:x/db', 'postgres://u:***@a:x/db'],
  ['postgres://u:p,s@a,b', 'postgres://u:***@a,b'],
  ['postgres://u,v:p s@a,b', 'postgres://u,v:***@a,b'],
  ['postgres://u:p://q@a,b', 'postgres://u:***@a,b'],
  ['http://a,https://u:p@b', 'http://a,https://u:***@b'],
  ['postgres://a?password=p,s&user=u', 'postgres://a?password=***&user=u'],
])('the credentials in %j are masked', (text, masked) => {
  expect(withoutCredentials(text)).toBe(masked);
});

describe('an unknown variable', () => {
  test.each([
    ['AIOS_PROT', 'AIOS_PORT'],
    ['AIOS_SESSION_FLIE', 'AIOS_SESSION_FILE'],
    ['AIOS_HOST_FILE', 'AIOS_HOST'],
    ['AIOS_ADMIN_PASSWORD_FLIE', 'AIOS_ADMIN_PASSWORD_FILE'],
  ])('%s causes a warning with the most similar one: %s', (name, nearest) => {
    const { settings, warnings } = read({ env: { [name]: 'hunter2' } });
    expect(warnings).toEqual([`${name} is not a setting; did you mean ${nearest}?`]);
    expect(settings).toEqual(read({}).settings);
  });

  test.each([
    ['AIOS_PORT', 'tcp://10.0.0.1:80'],
    ['AIOS_PORT', 'udp://[fd00::1]:80'],
    ['AIOS_SERVICE_PORT_HTTP', '80'],
    ['AIOS_PORT_80_TCP_PROTO', 'tcp'],
  ])('%s=%s of Kubernetes is ignored without a warning', (name, value) => {
    expect(read({ env: { [name]: value } })).toEqual(read({}));
  });

  test.each([
    [{ PORT: '1' }, 1],
    [{ PORT: '1', AIOS_PORT: '2' }, 2],
    [{ PORT: '1', AIOS_PORT: 'tcp://10.0.0.1:80' }, 1],
    [{ PORT: '' }, 8080],
  ])('the port of %j is %d', (env, port) => {
    expect(read({ env }).settings.port).toBe(port);
  });

  test('a PORT that is none is rejected by its name', () => {
    expect(expectedError({ env: { PORT: 'x' } })).toMatch(/^PORT: "x" is not allowed/);
  });

  test.each(['HOST', 'aios_port', 'XAIOS_PORT', 'AIOSPORT'])('%s is ignored', (name) => {
    expect(read({ env: { [name]: '1' } })).toEqual(read({}));
  });

  test('a flag in the form of Kubernetes’ variables is rejected', () => {
    expect(expectedError({ flags: { port: 'tcp://10.0.0.1:80' } })).toMatch(/^--port: /);
  });
});

describe('the time zone', () => {
  test.each([
    [{ TZ: 'Asia/Shanghai' }, 'Asia/Shanghai'],
    [{ TZ: 'Asia/Shanghai', AIOS_TIME_ZONE: 'Europe/Paris' }, 'Europe/Paris'],
    [{ TZ: '' }, 'UTC'],
  ])('of %j is %s', (env, zone) => {
    expect(read({ env })).toEqual({
      settings: { ...read({}).settings, timeZone: zone },
      warnings: [],
    });
  });

  test.each([
    ':/etc/localtime',
    'CET-1CEST',
    'nonsense',
  ])('TZ=%s causes a warning and means UTC', (TZ) => {
    const { settings, warnings } = read({ env: { TZ } });
    expect(settings.timeZone).toBe('UTC');
    expect(warnings).toEqual([expect.stringContaining(`TZ=${TZ} `)]);
  });

  test('causes no warning if TZ is not used', () => {
    expect(read({ env: { TZ: 'nonsense', AIOS_TIME_ZONE: 'UTC' } }).warnings).toEqual([]);
  });
});
