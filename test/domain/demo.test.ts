import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { demoSeed } from '../../src/domain/demo.ts';
import { toSeed } from '../../src/domain/seed.ts';
import { launch, launchServing } from '../support/process.ts';
import { call } from '../support/program-calls.ts';
import { newUuid } from '../support/records.ts';
import { everyResource } from '../support/seeds.ts';
import { API } from '../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: seeds are looked into
type Json = any;

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addFormat('int32', true).addFormat('int64', true);
const validate = ajv.compile(JSON.parse(readFileSync('openapi/seed.schema.json', 'utf8')));
const faults = (seed: unknown) => {
  validate(seed);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

describe('the JSON Schema of a seed', () => {
  test.each<[string, unknown]>([
    ['what a dump has of every field', JSON.parse(JSON.stringify(toSeed(everyResource())))],
    ['the example', JSON.parse(readFileSync('openapi/example-seed.json', 'utf8'))],
    ['demo data', demoSeed(50, 3)],
    ['nothing but where the schema is', { $schema: 'seed.schema.json' }],
  ])('allows %s', (_, seed) => {
    expect(faults(seed)).toEqual([]);
  });

  const [center] = (demoSeed(1, 1) as Json).modelCenters;
  test.each<[Json, string]>([
    [{ model: [] }, ' must NOT have additional properties'],
    [{ modelCenters: [{ ...center, urls: '' }] }, '/modelCenters/0 must NOT have additional'],
    [{ modelCenters: [{ ...center, uuid: 'a' }] }, '/modelCenters/0/uuid must match pattern'],
    [{ modelCenters: [{ ...center, createDate: 'now' }] }, '/modelCenters/0/createDate must match'],
    [{ models: [{ uuid: newUuid() }] }, "/models/0 must have required property 'name'"],
    [{ models: [{ token: 'a' }] }, '/models/0 must NOT have additional properties'],
  ])('forbids %j', (seed, fault) => {
    expect(faults(seed)).toContainEqual(expect.stringContaining(fault));
  });
});

describe('demo data', () => {
  const text = (services: number, seed: number) => JSON.stringify(demoSeed(services, seed));

  test('is the same for the same numbers, and differs for others', () => {
    expect(text(20, 7)).toBe(text(20, 7));
    expect(new Set([text(20, 7), text(20, 8), text(21, 7)]).size).toBe(3);
  });

  test('has every kind of resource, and services of every framework, each with YAML', () => {
    const seed = demoSeed(200, 1) as Json;
    for (const [list, entries] of Object.entries<Json[]>(seed)) {
      if (list !== 'about') expect(entries.length, list).toBeGreaterThan(3);
    }
    const frameworks = new Set(seed.modelServices.map((each: Json) => each.framework));
    expect([...frameworks].toSorted()).toEqual(['BentoML', 'Diffusers', 'vLLM']);
    for (const { yaml, startCommand, modelServiceImages } of seed.modelServices) {
      expect(parse(yaml)).toMatchObject({ services: [{ ports: [expect.any(Number)] }] });
      const texts = [yaml, startCommand, JSON.stringify(modelServiceImages[0])];
      expect(texts.filter((each) => /\{\w+\}|undefined/.test(each))).toEqual([]);
    }
  });

  test('has deployments of several types and outcomes, some with datasets and a used group', () => {
    const seed = demoSeed(40, 5) as Json;
    const groups: Json[] = seed.modelServiceInstanceGroups;
    const all = (field: string) => new Set(groups.flatMap((group) => group[field]));
    expect(all('type')).toEqual(new Set(['Container', 'VirtualMachine']));
    expect(all('outcome')).toEqual(new Set(['Running', 'Failed', 'Deploying']));
    const uuids = (entries: Json[]) => entries.map(({ uuid }) => uuid);
    expect(uuids(seed.datasets)).toEqual(expect.arrayContaining([...all('datasetUuids')]));
    expect(uuids(groups)).toEqual(expect.arrayContaining([...all('modelServiceGroupUuids')]));
    for (const field of ['datasetUuids', 'modelServiceGroupUuids']) {
      const counts = groups.map((group) => group[field].length);
      expect(new Set(counts), field).toEqual(new Set([0, 1]));
    }
    for (const { outcome, instances } of groups) {
      expect(instances[0].url !== undefined, outcome).toBe(outcome === 'Running');
    }
  });

  test('is written by `demo`, and served with AIOS_SEED_FILE=demo:SERVICES:SEED', async (context) => {
    const { ended, stdout } = await launch(context, {
      args: ['demo', '--services', '1000', '--seed', '7'],
    });
    expect(await ended).toBe(0);
    expect(JSON.parse(stdout())).toEqual(JSON.parse(text(1000, 7)));

    const env = { AIOS_CONTROL: 'on', AIOS_DATABASE_URL: 'memory:', AIOS_SEED_FILE: 'demo:1000:7' };
    const program = await launchServing(context, { env });
    const { body: listed } = await call(program, 'GET', `${API}/model-services?count=true`);
    expect(listed.total).toBe(1000);
    const { body } = await call(program, 'GET', '/_aios/state');
    expect(body.modelServices).toMatchObject((demoSeed(1000, 7) as Json).modelServices);
  });

  test.for([
    ['--services=0'],
    ['--services=100001'],
    ['--services=few'],
    ['--seed=-1'],
  ])('is not written with %s', async (args, context) => {
    const { ended, stderr } = await launch(context, { args: ['demo', ...args] });
    expect(await ended).toBe(2);
    expect(stderr()).toContain(
      'Demo data has from 1 to 100000 services, and a seed from 0 to 2147483647.',
    );
  });
});
