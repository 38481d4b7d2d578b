import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

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

test('the image of a release has its base by digest, which its labels name, and an SBOM', () => {
  const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));
  const { env, steps } = jobs.image;
  const build = steps.at(-1).with;
  expect(dockerfile).toContain(`ARG NODE_TAG=${env.BASE_TAG}\n`);
  expect(dockerfile.match(/^FROM node:\$\{NODE_TAG\}/gm)).toHaveLength(2);
  expect(build).toMatchObject({ sbom: true, platforms: 'linux/amd64,linux/arm64' });
  expect(build['build-args']).toMatch(/^NODE_TAG=\$\{\{ steps\.base\.outputs\.tag \}\}$/m);
  for (const label of ['revision', 'created', 'base.name', 'base.digest']) {
    expect(build.labels).toContain(`org.opencontainers.image.${label}=`);
  }
  expect(dockerfile).toContain('org.opencontainers.image.licenses="Apache-2.0"');
});

test('the image has the licence and the notices of what it contains', () => {
  expect(dockerfile).toMatch(/^COPY package\.json LICENSE NOTICE \.\/$/m);
  const context = readFileSync('.dockerignore', 'utf8').split('\n');
  expect(context).toEqual(expect.arrayContaining(['!LICENSE', '!NOTICE', '!licenses']));
});

test.each(readdirSync('.github/workflows'))('%s pins every action by its commit', (file) => {
  const text = readFileSync(`.github/workflows/${file}`, 'utf8');
  const actions = [...text.matchAll(/\buses: *(.*)/g)].map(([, action]) => action);
  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
