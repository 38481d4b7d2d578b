import { describe, expect, test } from 'vitest';
import { GoClient } from './go-client.ts';
import { PASSWORD, subject } from './subject.ts';

// The vendor's Terraform provider is built on its Go client and manages datasets. It reads a resource by a query for its
// UUID, before each plan, and takes an empty list for a resource that was deleted.

describe.each([
  ['inline', {}],
  ['with a job', { AIOS_REPLY: 'job' }],
])('a dataset managed as by Terraform, answered %s', (_, env) => {
  const url = subject(env);
  const PATH = '/ai/datasets';

  test('is created, read, updated, and created anew once it is gone', async () => {
    const sdk = new GoClient(url());
    await sdk.logIn('admin', PASSWORD);
    const { inventory: center } = await sdk.call('POST', '/ai/model-centers', {
      params: {
        ...{ name: 'center', url: 'nfs://192.168.10.12/ai' },
        ...{ managementIp: '192.168.10.12', managementPort: 8989 },
      },
    });
    const params = {
      name: 'questions',
      url: 'https://example.com/q.zip',
      modelCenterUuid: center.uuid,
    };
    const read = async (uuid: string) =>
      (await sdk.call('GET', `${PATH}?q=${encodeURIComponent(`uuid=${uuid}`)}`)).inventories;

    const { inventory: created } = await sdk.call('POST', PATH, { params });
    expect(created).toMatchObject({ ...params, size: 0, system: false });
    expect(created.installPath).toBe(`nfs://192.168.10.12/ai/datasets/${created.uuid}`);
    expect(await read(created.uuid)).toEqual([created]);

    const updateDataset = {
      name: 'more questions',
      description: 'Of customers.',
      dataType: 'Text',
    };
    const { inventory: updated } = await sdk.call('PUT', `${PATH}/${created.uuid}/actions`, {
      updateDataset,
    });
    const { name, description } = updateDataset;
    expect(updated).toEqual({ ...created, name, description, lastOpDate: updated.lastOpDate });
    expect(await read(created.uuid)).toEqual([updated]);

    await sdk.call('DELETE', `${PATH}/${created.uuid}?deleteMode=Permissive`);
    expect(await read(created.uuid)).toEqual([]);
    await sdk.call('DELETE', `${PATH}/${created.uuid}?deleteMode=Permissive`);
    const { inventory: again } = await sdk.call('POST', PATH, { params });
    expect(again.uuid).not.toBe(created.uuid);
    expect(await read(again.uuid)).toEqual([again]);
  });
});
