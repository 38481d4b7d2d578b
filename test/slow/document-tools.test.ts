import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import examples from '../../openapi/examples.json' with { type: 'json' };
import { EXAMPLE_SESSION, sendExamples, serveExamples } from '../support/document-examples.ts';
import { freePort } from '../support/free-port.ts';
import { installTools } from '../support/tools.ts';

const DOCUMENTS = ['openapi/openapi.json', 'openapi/openapi-3.0.json'] as const;
const CONTROL = 'openapi/control.json';
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

test('Spectral has nothing to say, and a public converter makes the same 3.0', async (context) => {
  const tools = await installTools(context, [
    '@stoplight/spectral-cli@6.16.3',
    '@apiture/openapi-down-convert@0.14.2',
  ]);
  if (!tools) return context.skip();
  writeFileSync(join(tools.folder, 'ruleset.yaml'), 'extends: spectral:oas\n');
  const ruleset = ['--ruleset', join(tools.folder, 'ruleset.yaml'), '--fail-severity', 'hint'];
  const output = await tools.run('spectral', ['lint', ...DOCUMENTS, CONTROL, ...ruleset]);
  expect(output).toContain('No results');

  const converted = join(tools.folder, 'converted.json');
  await tools.run('openapi-down-convert', [
    ...['--input', DOCUMENTS[0], '--output', converted, '--allOf'],
  ]);
  expect(read(converted)).toEqual(read(DOCUMENTS[1]));
});

test('Postman imports requests that succeed as they are', async (context) => {
  const tools = await installTools(context, ['openapi-to-postmanv2@6.3.3']);
  if (!tools) return context.skip();
  const { convertV2 } = createRequire(join(tools.folder, '_'))('openapi-to-postmanv2');
  const { url } = await serveExamples(context);
  const data = await (await fetch(`${url}/openapi.json`)).text();
  const options = { enableOptionalParameters: false, parametersResolution: 'Example' };
  const { result, reason, output } = await new Promise<Converted>((resolve, reject) =>
    convertV2({ type: 'string', data }, options, (error: unknown, converted: Converted) =>
      error ? reject(error) : resolve(converted),
    ),
  );
  expect([result, reason]).toEqual([true, undefined]);
  const collection = output[0]?.data as Collection;
  const variables = new Map(collection.variable.map(({ key, value }) => [key, value]));
  variables.set('apiKey', `OAuth ${EXAMPLE_SESSION}`);
  const outcomes: [name: string, status: number][] = [];
  for (const { name, request } of requestsOf(collection.item)) {
    outcomes.push([name, await sendImported(request, collection, variables)]);
  }
  expect(outcomes).toHaveLength(Object.keys(examples.operations).length);
  // The seed has no jobs.
  expect(outcomes.filter(([, status]) => status !== 200)).toEqual([
    ['Get the result of a job', 404],
  ]);
});

test('Prism finds no violation in a call of each operation', async (context) => {
  const tools = await installTools(context, ['@stoplight/prism-cli@5.16.0']);
  if (!tools) return context.skip();
  const { url } = await serveExamples(context);
  const port = await freePort();
  const prism = spawn(
    process.execPath,
    [
      join(tools.folder, 'node_modules/@stoplight/prism-cli/dist/index.js'),
      ...['proxy', DOCUMENTS[0], `${url}/zstack`, '--port', String(port), '--host', '127.0.0.1'],
    ],
    { env: tools.env, stdio: 'ignore' },
  );
  context.onTestFinished(() => void prism.kill());
  const proxy = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await fetch(proxy).catch(() => undefined)) break;
    await setTimeout(100);
  }
  const outcomes = await sendExamples(proxy);
  const violations = (response: Response) => response.headers.get('sl-violations');
  expect(outcomes).toHaveLength(Object.keys(examples.operations).length);
  expect(outcomes.filter(([name, { ok }]) => !ok && name !== 'GetJob')).toEqual([]);
  expect(outcomes.filter(([, response]) => violations(response) !== null)).toEqual([]);
  const wrong = await fetch(`${proxy}/v1/ai/models?limit=-1`);
  expect(violations(wrong)).toContain('limit');
});

interface Field {
  key: string;
  value: string;
  disabled?: boolean;
}

interface ImportedRequest {
  method: string;
  url: { host: string[]; path: string[]; query?: Field[]; variable?: Field[] };
  header?: Field[];
  auth?: { type: string; apikey?: Field[] } | null;
  body?: { raw?: string };
}

interface Item {
  name: string;
  request: ImportedRequest;
  item?: Item[];
}

interface Collection {
  item: Item[];
  variable: Field[];
  auth: ImportedRequest['auth'];
}

interface Converted {
  result: boolean;
  reason?: string;
  output: { data: Collection }[];
}

const requestsOf = (items: Item[]): Item[] =>
  items.flatMap((each) => (each.item ? requestsOf(each.item) : [each]));

/** Sends a request as Postman does; returns the status. */
async function sendImported(
  { method, url, header = [], auth, body }: ImportedRequest,
  collection: Collection,
  variables: ReadonlyMap<string, string>,
): Promise<number> {
  const fill = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name) => variables.get(name) ?? '');
  const pathVariables = new Map(url.variable?.map(({ key, value }) => [key, value]));
  const path = url.path.map((part) =>
    part.startsWith(':') ? (pathVariables.get(part.slice(1)) ?? '') : part,
  );
  const target = new URL([fill(url.host.join('.')), ...path].join('/'));
  const enabled = (fields: Field[] = []) => fields.filter(({ disabled }) => !disabled);
  for (const { key, value } of enabled(url.query)) target.searchParams.append(key, value);
  const headers = new Headers(enabled(header).map(({ key, value }) => [key, value]));
  const { apikey = [] } = auth ?? collection.auth ?? {};
  const key = Object.fromEntries(apikey.map(({ key, value }) => [key, value]));
  if (key.key) headers.set(key.key, fill(key.value ?? ''));
  const response = await fetch(target, { method, headers, ...(body?.raw && { body: body.raw }) });
  return response.status;
}
