import assert from 'node:assert/strict';

interface Service {
  uuid: string;
  name: string;
  requestCpu: number;
  modelServiceRefs: { modelUuid: string }[];
}

/** A generated client: each function calls the operation that its name says. */
export interface Client {
  addModel(name: string): Promise<{ uuid: string }>;
  addService(name: string): Promise<Service>;
  updateService(uuid: string, requestCpu: number): Promise<Service>;
  cloneService(uuid: string, name: string): Promise<Service>;
  bind(modelUuid: string, modelServiceUuid: string): Promise<Service>;
  /** The names of the models for which these conditions hold. */
  queryModels(q: string[]): Promise<string[]>;
  /** The code of the error with which an update of an unknown service fails. */
  failingUpdate(uuid: string): Promise<string>;
}

export const model = (name: string) => ({
  name,
  installPath: '/models',
  modelCenterUuid: '0'.repeat(32),
  size: 1024,
});

export const service = (name: string) => ({
  name,
  yaml: 'services: []',
  requestCpu: 4,
  requestMemory: 1024,
  modelCenterUuid: '0'.repeat(32),
  installPath: '/services',
  startCommand: 'python3 app.py',
});

export const url = `${process.env.AIOS_URL}/zstack`;
export const authorization = `OAuth ${process.env.AIOS_SESSION}`;

/** Of an answer that may be the job's, the inventory. */
export function inventoryOf<Inventory>(answer: { inventory: Inventory } | object): Inventory {
  assert('inventory' in answer, JSON.stringify(answer));
  return answer.inventory as Inventory;
}

export async function exercise(client: Client): Promise<void> {
  const chat = await client.addModel('chat & more, 7B+');
  await client.addModel('chat');
  const { uuid } = await client.addService('service');
  assert.equal((await client.updateService(uuid, 8)).requestCpu, 8);
  assert.equal((await client.cloneService(uuid, 'clone')).name, 'clone');
  assert.equal((await client.bind(chat.uuid, uuid)).modelServiceRefs[0]?.modelUuid, chat.uuid);
  assert.deepEqual(await client.queryModels(['name=chat & more, 7B+', 'size>=1024']), [
    'chat & more, 7B+',
  ]);
  assert.deepEqual(await client.queryModels(['name~=chat%', 'size>1024']), []);
  assert.equal(await client.failingUpdate('1'.repeat(32)), 'SYS.1003');
}
