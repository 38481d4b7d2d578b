import { resolve } from 'node:path';
import examples from '../../openapi/examples.json' with { type: 'json' };
import document from '../../openapi/openapi.json' with { type: 'json' };
import type { Finishing } from './folder.ts';
import { launchServing } from './process.ts';

/** The session of the document's examples. */
export const EXAMPLE_SESSION = examples.operations.ValidateSession.path.uuid;

/** Starts a server with the resources that the document's examples name. */
export const serveExamples = (context: Finishing) =>
  launchServing(context, {
    env: { AIOS_SEED_FILE: resolve('openapi/example-seed.json'), AIOS_SESSION: EXAMPLE_SESSION },
  });

interface ExampleRequest {
  path?: Record<string, string>;
  query?: Record<string, string | string[]>;
  body?: object;
}

/**
 * Sends the example request of each operation, in the order of the document.
 * @param server URL that its paths follow
 */
export async function sendExamples(server: string): Promise<[name: string, response: Response][]> {
  const requests: Record<string, ExampleRequest> = examples.operations;
  const answers: [name: string, response: Response][] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      const request = requests[operationId] ?? {};
      answers.push([operationId, await sendExample(server, method, path, request)]);
    }
  }
  return answers;
}

function sendExample(server: string, method: string, path: string, example: ExampleRequest) {
  const url = new URL(server + path.replace(/\{(\w+)\}/g, (_, name) => example.path?.[name] ?? ''));
  for (const [name, values] of Object.entries(example.query ?? {})) {
    for (const value of [values].flat()) url.searchParams.append(name, value);
  }
  const { body } = example;
  return fetch(url, {
    method: method.toUpperCase(),
    headers: {
      authorization: `OAuth ${EXAMPLE_SESSION}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}
