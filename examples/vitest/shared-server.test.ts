import { expect, inject, test } from 'vitest';

const { api, headers } = inject('aios');

test('a model center is added', async () => {
  const param = {
    name: 'center',
    url: 'nfs://10.0.0.1/ai',
    managementIp: '10.0.0.1',
  };
  const response = await fetch(`${api}/ai/model-centers`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ param: { ...param, managementPort: 8989 } }),
  });
  expect(await response.json()).toMatchObject({
    success: true,
    inventory: param,
  });
});
