import { type Aios, type Seed, start } from 'aios-model-server';
import { test as base } from 'vitest';

const seed: Seed = {
  modelCenters: [
    {
      uuid: '52c542f0c3384b6890e08570e611d52a',
      name: 'center',
      url: 'nfs://10.0.0.1/ai',
      managementIp: '10.0.0.1',
      managementPort: 8989,
    },
  ],
  models: [
    {
      uuid: '059d19eb310f46d4a7f43f51eaab87b8',
      name: 'Qwen',
      installPath: '/ai/Qwen',
      modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
    },
  ],
};

/** A test with a server of its worker, which has the seed's data when the test begins. */
export const test = base.extend<{ server: Aios; aios: Aios }>({
  server: [
    async ({}, use) => {
      await using aios = await start({ seed });
      await use(aios);
    },
    { scope: 'worker' },
  ],
  aios: async ({ server }, use) => {
    await server.reset();
    await use(server);
  },
});
