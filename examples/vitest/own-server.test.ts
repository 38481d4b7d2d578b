import { expect } from 'vitest';
import { test } from './aios-test.ts';

const MODEL = '/ai/models/059d19eb310f46d4a7f43f51eaab87b8';

test('the model of the seed is deleted', async ({ aios }) => {
  const response = await fetch(aios.api + MODEL, {
    method: 'DELETE',
    headers: aios.headers,
  });
  expect(await response.json()).toEqual({ success: true });
  expect((await aios.dump()).models).toEqual([]);
});

test('the next test has it again', async ({ aios }) => {
  const response = await fetch(aios.api + MODEL, { headers: aios.headers });
  expect(await response.json()).toMatchObject({
    inventories: [{ name: 'Qwen' }],
  });
});

test('a call fails once', async ({ aios }) => {
  await aios.fail([{ operation: 'GetModel', error: { code: 'SYS.1006', details: 'no room' } }]);
  const get = () => fetch(aios.api + MODEL, { headers: aios.headers });
  expect(await (await get()).json()).toMatchObject({
    error: { code: 'SYS.1006' },
  });
  expect((await get()).status).toBe(200);
  const calls = await aios.requests({ operation: 'GetModel' });
  expect(calls.map(({ status }) => status)).toEqual([503, 200]);
});
