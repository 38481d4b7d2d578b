import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { start } from 'aios-model-server';

let aios;
before(async () => {
  aios = await start();
});
beforeEach(() => aios.reset());
after(() => aios.close());

const call = async (path, options = {}) => {
  const headers = { ...aios.headers, 'Content-Type': 'application/json' };
  const response = await fetch(aios.api + path, { headers, ...options });
  return response.json();
};

test('a model is added and seen', async () => {
  const param = {
    name: 'Qwen',
    installPath: '/ai/Qwen',
    modelCenterUuid: 'a'.repeat(32),
  };
  const added = await call('/ai/models', {
    method: 'POST',
    body: JSON.stringify({ param }),
  });
  assert.equal(added.success, true);
  const { inventories } = await call('/ai/models?q=name=Qwen');
  assert.equal(inventories[0].uuid, added.inventory.uuid);
});

test('a session expires', async () => {
  const password = createHash('sha512').update('password').digest('hex');
  const login = { logInByAccount: { accountName: 'admin', password } };
  const { inventory } = await call('/accounts/login', {
    method: 'PUT',
    body: JSON.stringify(login),
  });
  await aios.clock.advance(3 * 60 * 60 * 1000);
  const { valid } = await call(`/accounts/sessions/${inventory.uuid}/valid`);
  assert.equal(valid, false);
});
