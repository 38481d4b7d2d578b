import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { settingKeys, takesFile, variableOf } from '../../src/settings.ts';
import { startServer } from '../support/server.ts';

const read = (file: string) => readFileSync(`examples/${file}`, 'utf8');

/** What examples read themselves: the server, the password that they send, the image to run. */
const OWN_VARIABLES = ['AIOS_URL', 'AIOS_PASSWORD', 'AIOS_IMAGE', 'AIOS_CONTAINER'];
const settings = settingKeys.flatMap((key) => {
  const variable = variableOf(key);
  return takesFile(key) ? [variable, `${variable}_FILE`] : [variable];
});

const files = readdirSync('examples', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\b(node_modules|target)\b/.test(entry.parentPath))
  .map(({ parentPath, name }) => `${parentPath}/${name}`.replace('examples/', ''));

test.each(files)('examples/%s names variables that exist', (file) => {
  const named = read(file).match(/\bAIOS_[A-Z_]+\b/g) ?? [];
  const known = [...settings, ...OWN_VARIABLES];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test('examples/README.md has a row for each folder', () => {
  const folders = new Set(
    files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]),
  );
  const rows = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  for (const folder of folders) {
    expect(rows.some((row) => row.includes(`\`${folder}\``) || row.includes(`\`${folder}/`))).toBe(
      true,
    );
  }
});

/** The images that examples run are this repository's, by the name that they are built or pushed by. */
const IMAGE = /^(registry\.example\.com\/aios-model-server:\d+\.\d+\.\d+|aios-model-server)$/;

/** Variables without which the server of a container doesn't start. */
const CALLERS = ['AIOS_ADMIN_PASSWORD', 'AIOS_SESSION'];
const hasCallers = (env: object) => Object.keys(env).some((name) => CALLERS.includes(name));

test('the service of the GitHub workflow starts, and its steps know it', () => {
  const { jobs } = parse(read('github-actions/workflow.yml'));
  const { services, env, steps } = jobs.tests;
  expect(services.aios.image).toMatch(IMAGE);
  expect(services.aios.ports).toEqual(['8080:8080']);
  expect(hasCallers(services.aios.env)).toBe(true);
  expect(env).toEqual({
    AIOS_URL: 'http://localhost:8080',
    AIOS_SESSION: services.aios.env.AIOS_SESSION,
    AIOS_PASSWORD: services.aios.env.AIOS_ADMIN_PASSWORD,
  });
  expect(steps.length).toBeGreaterThan(1);
});

test('the service of the GitLab job starts, and its script knows it', () => {
  const { tests } = parse(read('gitlab-ci/gitlab-ci.yml'));
  const [service] = tests.services;
  expect(service.name).toMatch(IMAGE);
  expect(hasCallers(service.variables)).toBe(true);
  expect(tests.variables).toEqual({
    AIOS_URL: `http://${service.alias}:8080`,
    AIOS_PASSWORD: service.variables.AIOS_ADMIN_PASSWORD,
  });
});

test('the Jenkins pipeline runs the image, and its braces and quotes close', () => {
  const text = read('jenkins/Jenkinsfile');
  expect(text).toMatch(/\n\s+registry\.example\.com\/aios-model-server:\d/);
  expect(text).toMatch(/-e AIOS_ADMIN_PASSWORD=/);
  const outside = text.replace(/'''[\s\S]*?'''/g, '').replace(/\$\{\w+\}/g, '');
  expect(outside).not.toContain("'''");
  expect(outside.split('{')).toHaveLength(outside.split('}').length);
});

test('the compose file runs one server with its data in a volume', () => {
  const { services, volumes } = parse(read('compose/compose.yaml'));
  expect(Object.keys(services)).toEqual(['aios']);
  expect(services.aios).toMatchObject({
    image: expect.stringMatching(IMAGE),
    ports: ['127.0.0.1:8080:8080'],
    volumes: ['data:/data'],
  });
  expect(hasCallers(services.aios.environment)).toBe(true);
  expect(Object.keys(volumes)).toEqual(['data']);
});

describe('the Kubernetes manifest', () => {
  const documents = parseAllDocuments(read('kubernetes/aios.yaml')).map((each) => each.toJS());
  const ofKind = (kind: string) => documents.find((each) => each.kind === kind);
  const { spec } = ofKind('Deployment');
  const pod = spec.template.spec;
  const [container] = pod.containers;

  test('has a deployment of one server, its service and its volume', () => {
    expect(documents.map(({ kind }) => kind)).toEqual([
      'PersistentVolumeClaim',
      'Deployment',
      'Service',
    ]);
    expect([spec.replicas, spec.strategy.type]).toEqual([1, 'Recreate']);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    const service = ofKind('Service').spec;
    expect(service.selector).toEqual(spec.selector.matchLabels);
    expect(service.ports).toEqual([{ name: 'http', port: 8080, targetPort: 'http' }]);
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8080 }]);
    const [{ persistentVolumeClaim, name }] = pod.volumes;
    expect(persistentVolumeClaim.claimName).toBe(ofKind('PersistentVolumeClaim').metadata.name);
    expect(container.volumeMounts).toEqual([{ name, mountPath: '/data' }]);
  });

  test('runs the image as any user, with variables that are settings', () => {
    expect(container.image).toMatch(IMAGE);
    expect(pod.enableServiceLinks).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsGroup: 0 });
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    const names = container.env.map(({ name }: { name: string }) => name);
    expect(settings).toEqual(expect.arrayContaining(names));
    expect(hasCallers(Object.fromEntries(names.map((name: string) => [name, ''])))).toBe(true);
  });

  test('probes what the server answers', async () => {
    const server = await startServer();
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      const { path, port } = container[probe].httpGet;
      expect(port).toBe('http');
      expect((await server.get(path, { session: null })).status).toBe(200);
    }
  });
});
