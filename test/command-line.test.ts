import { describe, expect, test } from 'vitest';
import { helpText, parseCommandLine } from '../src/cli/command-line.ts';
import { definitions, flagOf, settingKeys, UsageError, variableOf } from '../src/settings.ts';

const nothing = { command: 'serve', operands: [], help: false, version: false, flags: {} };

describe('a command line', () => {
  test.each([
    [[], nothing],
    [['serve'], nothing],
    [['--help'], { ...nothing, help: true }],
    [['-h'], { ...nothing, help: true }],
    [['--version'], { ...nothing, version: true }],
    [['-v'], { ...nothing, version: true }],
    [['backup', 'a file'], { ...nothing, command: 'backup', operands: ['a file'] }],
    [
      ['--database-url=file:a', 'restore', '--', '-x'],
      { ...nothing, command: 'restore', operands: ['-x'], flags: { 'database-url': 'file:a' } },
    ],
    [['copy', 'file:a', 'file:b'], { ...nothing, command: 'copy', operands: ['file:a', 'file:b'] }],
    [['compare', 'http://a'], { ...nothing, command: 'compare', operands: ['http://a'] }],
    [
      ['compare', '--yes', '--har', 'a.har', '--only=F1,F2', '--deploy'],
      {
        ...nothing,
        command: 'compare',
        flags: { yes: 'on', har: 'a.har', only: 'F1,F2', deploy: 'on' },
      },
    ],
    [['copy', '--help'], { ...nothing, command: 'copy', help: true }],
    [['backup', '--help'], { ...nothing, command: 'backup', help: true }],
    [['help'], { ...nothing, help: true }],
    [['help', 'backup'], { ...nothing, command: 'backup', help: true }],
    [['-p', '1'], { ...nothing, flags: { port: '1' } }],
    [['--control'], { ...nothing, flags: { control: 'on' } }],
    [['--control', 'off'], { ...nothing, flags: { control: 'off' } }],
    [
      ['--auth', '--strict-references', 'serve'],
      { ...nothing, flags: { auth: 'on', 'strict-references': 'on' } },
    ],
    [['serve', '--port', '1'], { ...nothing, flags: { port: '1' } }],
    [['--port=1', 'serve'], { ...nothing, flags: { port: '1' } }],
    [['--port=1', '--port', '2'], { ...nothing, flags: { port: '2' } }],
    [
      ['--database-url=file:a=b', '--auth=off'],
      { ...nothing, flags: { 'database-url': 'file:a=b', auth: 'off' } },
    ],
    [['--session-file', '-'], { ...nothing, flags: { 'session-file': '-' } }],
    [
      ['--admin-password', 'two words', '--session-timeout=60'],
      { ...nothing, flags: { 'admin-password': 'two words', 'session-timeout': '60' } },
    ],
    [
      ['--admin-password-file=/run/password', '--admin-password==x='],
      {
        ...nothing,
        flags: { 'admin-password-file': '/run/password', 'admin-password': '=x=' },
      },
    ],
  ])('%j is understood', (args, expected) => {
    expect(parseCommandLine(args)).toEqual(expected);
  });

  test.each(settingKeys.map(flagOf))('may set --%s', (flag) => {
    expect(parseCommandLine([`--${flag}=x`]).flags).toEqual({ [flag]: 'x' });
  });

  test.each([
    [['--prot', '1'], /^--prot is not a flag; did you mean --port\?/],
    [['--databaseurl=x'], /^--databaseurl is not a flag; did you mean --database-url\?/],
    [['--databaseUrl=x'], /^--databaseUrl is not a flag; did you mean --database-url\?/],
    [['--sesion-file', 'x'], /^--sesion-file is not a flag; did you mean --session-file\?/],
    [['--admin-pasword', 'x'], /^--admin-pasword is not a flag; did you mean --admin-password\?/],
    [['--session-timout=1'], /^--session-timout is not a flag; did you mean --session-timeout\?/],
    [['--session-timeout-file', 'x'], /^--session-timeout-file is not a flag; did you mean --/],
    [['--admin-password'], /^--admin-password needs a value/],
    [['--admin-password='], /^--admin-password needs a value/],
    [['--hepl'], /^--hepl is not a flag; did you mean --help\?/],
    [['--port-file', 'x'], /^--port-file is not a flag; did you mean --/],
    [['--no-auth'], /^--no-auth is not a flag; did you mean --auth\?/],
    [['--__proto__=x'], /^--__proto__ is not a flag/],
    [['-x', '1'], /^-x is not a flag/],
    [['-p'], /^--port needs a value/],
    [['-port', '1'], /^-p is not a flag/],
    [['help', 'nonsense'], /^nonsense is not a command/],
    [['serve', '--har', 'a'], /^--har is not a flag/],
    [['compare', '--har'], /^--har needs a value/],
    [['compare', 'http://a', 'b'], /^b: compare takes only \[URL\]/],
    [['--port'], /^--port needs a value/],
    [['--port='], /^--port needs a value/],
    [['--help=no'], /^--help takes no value/],
    [['--version=1'], /^--version takes no value/],
    [['sevre'], /^sevre is not a command, only serve\b/],
    [['toString'], /^toString is not a command, only serve\b/],
    [['serve', 'more'], /^more: serve takes no such argument/],
    [['dump', 'file'], /^file: dump takes no such argument/],
    [['backup'], /^backup needs FILE: backup FILE\. See --help\.$/],
    [['restore', ''], /^restore needs FILE: restore FILE\. See --help\.$/],
    [['backup', 'a', 'b'], /^b: backup takes only FILE\. See --help\.$/],
    [['copy'], /^copy needs FROM: copy FROM TO\. See --help\.$/],
    [['copy', 'file:a'], /^copy needs TO: copy FROM TO\. See --help\.$/],
    [['copy', '', 'file:b'], /^copy needs FROM: copy FROM TO\. See --help\.$/],
    [['copy', 'a', 'b', 'c'], /^c: copy takes only FROM TO\. See --help\.$/],
    [
      ['bakcup', 'a'],
      /^bakcup is not a command, only serve, health, dump, backup, restore, compare, demo, load, copy, help\. See --help\.$/,
    ],
    [['--', '--port'], /^--port is not a command/],
  ])('%j is rejected', (args, sentence) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(sentence);
  });

  test.each([
    ['--session=hunter2', '--prot'],
    ['--admin-password=hunter2', '--prot'],
    ['--admin-password', 'hunter2', 'more'],
    ['--admin-pasword=hunter2'],
    ['--admin-pasword', 'hunter2'],
    ['-admin-password=hunter2'],
    ['-password=hunter2'],
    ['serve', '--adminPassword', 'hunter2'],
    ['postgres://admin:hunter2@db/aios', 'file:a'],
    ['copy', 'file:a', 'file:b', 'postgres://admin:hunter2@db/aios'],
  ])('does not show a secret when it is rejected: %j %j', (...args) => {
    expect(() => parseCommandLine(args)).toThrow(/^(?!.*hunter2)/);
  });
});

test('the help has each setting’s flag, variable, purpose, values and default', () => {
  const help = helpText('serve');
  for (const key of settingKeys) {
    const { description, allowed, default: standard } = definitions[key];
    for (const text of [`--${flagOf(key)}`, variableOf(key), description, allowed]) {
      expect(help).toContain(text.replaceAll('`', ''));
    }
    expect(help).toContain(standard ? `Default: ${standard}.` : 'Not set by default.');
  }
  expect(help).toContain('--session-file (AIOS_SESSION, AIOS_SESSION_FILE)');
  expect(help).toContain(
    '--admin-password, --admin-password-file (AIOS_ADMIN_PASSWORD, AIOS_ADMIN_PASSWORD_FILE)',
  );
  expect(help).not.toContain('`');
  for (const word of [
    'serve',
    'backup FILE',
    'restore FILE',
    'copy FROM TO',
    '--help',
    '--version',
  ])
    expect(help).toContain(word);
});

test.each([
  ['backup', ['Usage: aios-model-server backup FILE [flags]', '--database-url'], '--port'],
  ['health', ['-p, --port (AIOS_PORT)', '--address-file'], '--database-url'],
  ['copy', ['Usage: aios-model-server copy FROM TO [flags]'], '--database-url'],
] as const)('the help of %s has its own flags only', (command, texts, other) => {
  const help = helpText(command);
  for (const text of texts) expect(help).toContain(text);
  expect(help).not.toContain(other);
});
