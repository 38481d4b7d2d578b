import { expect, test } from 'vitest';
import { guide } from '../src/cli/guide.ts';
import { readSettings } from '../src/read-settings.ts';

test.each([
  [
    {},
    true,
    /^Data is in \.\/data\/aios\.db\. Log in as admin with `password`/,
    /printf %s password /,
  ],
  [
    { AIOS_DATABASE_URL: 'memory:' },
    false,
    /^Data is in memory\..* the password set last/,
    /login/,
  ],
  [{ AIOS_ADMIN_PASSWORD: 'hunter2' }, false, /password in AIOS_/, /%s "\$AIOS_ADMIN_PASSWORD"/],
  [{ AIOS_SESSION: '0123456789abcdef0123456789abcdef' }, true, /AIOS_SESSION\./, /S=\$\(echo/],
  [{ AIOS_AUTH: 'off' }, false, /No log-in is needed\./, /curl/],
  [{ AIOS_DATABASE_URL: 'postgres://a:hunter2@b/c' }, true, /in postgres:\/\/a:\*\*\*@b\/c\./, /./],
])('the guide of %j', (env, hasInitialPassword, sentence, commands) => {
  const { settings } = readSettings({ env, flags: {}, readFile: () => '' });
  const [first = '', ...others] = guide(settings, 'http://x', hasInitialPassword).split('\n');
  expect(first).toMatch(sentence);
  expect(others.join('\n')).toMatch(commands);
  expect(others.join('\n')).toContain('API=http://x/zstack/v1 ');
  // No secret is shown.
  expect(first + others.join()).not.toMatch(/hunter2|0123456789abcdef/);
});
