import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const dockerfile = readFileSync('Dockerfile', 'utf8');

test('the image checks its health by the program, often while it starts', () => {
  const [, options, command = ''] = /^HEALTHCHECK (.*) \\\n {2}CMD (.*)$/m.exec(dockerfile) ?? [];
  expect(options?.split(' ').toSorted()).toEqual([
    '--interval=10s',
    '--start-interval=250ms',
    '--start-period=60s',
    '--timeout=3s',
  ]);
  expect(JSON.parse(command)).toEqual(['node', '/app/dist/main.js', 'health']);
});

test('the data folder of the image can be written by any user of group 0', () => {
  expect(dockerfile).toMatch(/^RUN mkdir -m 770 \/data && chown 1000:0 \/data$/m);
});

test.each(readdirSync('.github/workflows'))('%s pins every action by its commit', (file) => {
  const text = readFileSync(`.github/workflows/${file}`, 'utf8');
  const actions = [...text.matchAll(/\buses: *(.*)/g)].map(([, action]) => action);
  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
