import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settingKeys, takesFile, variableOf } from '../src/settings.ts';

const compose = parse(readFileSync('docs/compose.yaml', 'utf8'), { merge: true });
const servers = Object.entries<{ image: string; environment: object; secrets: string[] }>(
  compose.services,
).filter(([, { image }]) => image === 'aios-model-server');

test('the compose file has three servers, whose variables are settings', () => {
  const variables = settingKeys.flatMap((key) => {
    const variable = variableOf(key);
    return takesFile(key) ? [variable, `${variable}_FILE`] : [variable];
  });
  expect(servers).toHaveLength(3);
  for (const [, { environment }] of servers) {
    expect(variables).toEqual(expect.arrayContaining(Object.keys(environment)));
  }
});

test('every secret that the compose file names is mounted where it is read', () => {
  for (const [, { environment, secrets }] of servers) {
    expect(secrets.toSorted()).toEqual(['admin-password', 'database-url']);
    for (const [variable, value] of Object.entries(environment)) {
      if (!variable.endsWith('_FILE')) continue;
      expect(secrets.map((secret) => `/run/secrets/${secret}`)).toContain(value);
    }
  }
  for (const secret of servers.flatMap(([, { secrets }]) => secrets)) {
    expect(Object.keys(compose.secrets)).toContain(secret);
  }
});

test('the proxy sends to the servers of the compose file', () => {
  const [, named = ''] =
    /\{\$AIOS_SERVERS:([^}]*)\}/.exec(readFileSync('docs/Caddyfile', 'utf8')) ?? [];
  expect(named.split(' ')).toEqual(servers.map(([name]) => `${name}:8080`));
});
