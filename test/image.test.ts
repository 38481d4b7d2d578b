import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test.each(readdirSync('.github/workflows'))('%s pins every action by its commit', (file) => {
  const text = readFileSync(`.github/workflows/${file}`, 'utf8');
  const actions = [...text.matchAll(/\buses: *(.*)/g)].map(([, action]) => action);
  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
