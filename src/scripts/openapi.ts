import { readFileSync, writeFileSync } from 'node:fs';
import { AIOS_VERSION } from '../contract/aios.ts';
import { openapiDocument } from '../contract/openapi.ts';
import { Seed, toJsonSchema } from '../contract/schemas/seed.ts';
import { controlBodies } from '../control/settings.ts';
import { recordExamples } from './examples.ts';

/**
 * Generates the files of the OpenAPI document.
 * @returns their texts by path
 */
export async function renderOpenapi(): Promise<Record<string, string>> {
  const examples = await recordExamples();
  const base = JSON.parse(readFileSync('openapi/base.json', 'utf8'));
  base.info.version = JSON.parse(readFileSync('package.json', 'utf8')).version;
  base.info['x-aios-contract-version'] = AIOS_VERSION;
  base.info.description = readFileSync('openapi/guide.md', 'utf8');
  const document = openapiDocument(base, examples);
  const control = JSON.parse(readFileSync('openapi/control-base.json', 'utf8'));
  control.info.version = base.info.version;
  for (const [name, schema] of Object.entries({ Seed, ...controlBodies })) {
    control.components.schemas[name] = toJsonSchema(schema);
  }
  const files = {
    'openapi/control.json': control,
    'openapi/examples.json': examples,
    'openapi/openapi.json': document,
    'openapi/openapi-3.0.json': { ...document, openapi: '3.0.3' },
    'openapi/seed.schema.json': {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Seed',
      description: 'The resources that an aios-model-server starts with, or resets to.',
      ...toJsonSchema(Seed),
    },
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [path, `${JSON.stringify(file, null, 2)}\n`]),
  );
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(await renderOpenapi())) writeFileSync(path, text);
}
