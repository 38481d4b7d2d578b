import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launch, type Program } from '../support/process.ts';
import { call } from '../support/program-calls.ts';
import { API, SESSION } from '../support/server.ts';

const seed = {
  modelCenters: [
    {
      uuid: '52c542f0c3384b6890e08570e611d52a',
      name: 'of the repository',
      url: 'nfs://192.168.10.12/ai',
      managementIp: '192.168.10.12',
      managementPort: 8989,
    },
  ],
};
const workflow = parse(readFileSync('examples/github-actions/workflow.yml', 'utf8')).jobs.tests;
const { image: _, env: serviceEnv } = workflow.services.aios;

/** The first command of docs/ci.md, and the step of the example's workflow. */
const commands = {
  'docs/ci.md': /```sh\n([\s\S]*?)```/.exec(readFileSync('docs/ci.md', 'utf8'))?.[1],
  'the workflow': workflow.steps.find(({ name }: { name?: string }) => name)?.run,
};

/** Starts the server as a service container does, and then checks the repository out. */
async function startService(context: Finishing): Promise<Program & { checkout: string }> {
  const env = { ...serviceEnv, AIOS_PORT: '0' };
  const program = await launch(context, { env });
  const checkout = temporaryFolder(context);
  writeFileSync(`${checkout}/seed.json`, JSON.stringify(seed));
  return { ...program, checkout };
}

test.for(
  Object.entries(commands),
)('a service container gets its data by the command of %s', async ([, command = ''], context) => {
  const service = await startService(context);
  const env = { PATH: process.env.PATH, AIOS_SESSION: SESSION, AIOS_URL: service.url };
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-ec', command.replace('http://localhost:8080', service.url)],
    { cwd: service.checkout, env },
  );
  expect(JSON.parse(stdout)).toEqual({ success: true });
  const names = async () => {
    const { body } = await call(service, 'GET', `${API}/model-centers`);
    return body.inventories.map(({ name }: { name: string }) => name);
  };
  expect(await names()).toEqual(['of the repository']);
  await call(service, 'DELETE', `${API}/model-centers/${seed.modelCenters[0]?.uuid}`);
  expect(await names()).toEqual([]);
  await call(service, 'POST', '/_aios/reset');
  expect(await names()).toEqual(['of the repository']);
});
