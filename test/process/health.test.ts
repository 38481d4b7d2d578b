import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { launch, launchServing } from '../support/process.ts';

/** Runs the health check as the image does: with the variables of the server, and without its flags. */
async function check(context: Finishing, env: Record<string, string>) {
  const { ended, stderr } = await launch(context, { args: ['health'], env });
  return { code: await ended, says: stderr() };
}

test.for<[string, Record<string, string>, string[]]>([
  ['by default', {}, []],
  ['by its flags', { AIOS_PORT: '1' }, ['--port=0', '--host=127.0.0.2']],
  ['on all IPv4 addresses', { AIOS_HOST: '0.0.0.0' }, []],
  ['on all addresses', { AIOS_HOST: '::' }, []],
  ['on the loopback address of IPv6', {}, ['--host', '::1']],
  ['on a host name', { AIOS_HOST: 'localhost' }, []],
])('health is that of the server, which listens %s', async ([, variables, args], context) => {
  const addressFile = join(temporaryFolder(context), 'address');
  const env = { AIOS_PORT: '0', AIOS_ADDRESS_FILE: addressFile, ...variables };
  const program = await launchServing(context, { args, env });
  await expect
    .poll(() => existsSync(addressFile) && readFileSync(addressFile, 'utf8'))
    .toBeTruthy();
  const address = readFileSync(addressFile, 'utf8');
  expect(program.stdout()).toContain(`${address} serves the API`);
  const says = `aios-model-server: ${address} is ready.\n`;
  expect(await check(context, env)).toEqual({ code: 0, says });

  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const { code, says: problem } = await check(context, env);
  expect([code, problem]).toEqual([1, expect.stringContaining(`${address} is not ready: connect`)]);
});

test('without the file, health asks where the settings say', async (context) => {
  const AIOS_PORT = String(await freePort());
  const missing = { AIOS_PORT, AIOS_ADDRESS_FILE: '/missing/address' };
  const program = await launchServing(context, { env: missing });
  await program.says('AIOS_ADDRESS_FILE could not be written');
  for (const env of [missing, { AIOS_PORT }]) expect((await check(context, env)).code).toBe(0);
});
