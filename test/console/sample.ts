import type { ConsoleVisit } from './visit.ts';

const models = [
  'Qwen3-32B',
  'DeepSeek-R1-Distill-14B',
  'Llama-3.3-70B-Instruct',
  'bge-m3',
  'Qwen2.5-VL-7B',
  'whisper-large-v3',
  'glm-4-9b-chat',
  '通义千问 2.5 7B',
];
/** Services with the numbers of the models that they are bound to; the first is their default. */
const services: [name: string, models: number[]][] = [
  ['vLLM chat', [0, 1, 2]],
  ['SGLang chat', [0, 1]],
  ['Ollama', [0, 6, 7]],
  ['vLLM vision', [4]],
  ['图像理解服务', [4]],
  ['Embeddings', [3]],
  ['Rerank', [3]],
  ['Speech to text', [5]],
  ['Dify 1.11', []],
  ['n8n', []],
];

const center = '52c542f0c3384b6890e08570e611d52a';

/** Adds a center, models, services, bindings and datasets, and sends some requests that fail. @returns the UUIDs by name */
export async function addSample({
  call,
}: Pick<ConsoleVisit, 'call'>): Promise<Map<string, string>> {
  const uuids = new Map<string, string>();
  const add = async (kind: string, param: { name: string; [field: string]: unknown }) => {
    const body = { param: { modelCenterUuid: center, ...param } };
    const { inventory } = await call('POST', `/zstack/v1/ai/${kind}`, body);
    uuids.set(param.name, (inventory as { uuid: string }).uuid);
  };
  await add('model-centers', {
    ...{ name: 'center', resourceUuid: center, url: 'nfs://10.0.0.1/ai' },
    ...{ managementIp: '10.0.0.1', managementPort: 8989 },
  });
  for (const name of ['GSM8K', 'C-Eval']) await add('datasets', { name, url: `/datasets/${name}` });
  for (const name of models) {
    await add('models', { name, installPath: `nfs://10.0.0.1/models/${name}`, vendor: 'demo' });
  }
  for (const [name, bound] of services) {
    await add('model-services', {
      name,
      yaml: `image: ${name}\n`,
      requestCpu: 8,
      requestMemory: 32 * 1024 ** 3,
      installPath: '/services',
      startCommand: 'serve',
      modelUuids: bound.map((index) => uuids.get(models[index] ?? '')),
    });
  }
  for (const [model, service] of [
    ['Qwen3-32B', 'vLLM chat'],
    ['bge-m3', 'Embeddings'],
  ]) {
    const defaultModelServiceUuid = uuids.get(service ?? '');
    const body = { updateModel: { defaultModelServiceUuid } };
    await call('PUT', `/zstack/v1/ai/models/${uuids.get(model ?? '')}`, body);
  }
  await call('POST', '/zstack/v1/ai/models', { param: { name: 'without the rest' } });
  await call('GET', '/zstack/v1/ai/model');
  return uuids;
}

/** Expects a page to be sound in English, then in Chinese. */
export async function expectSoundInBothLanguages(
  { page, expectSound }: ConsoleVisit,
  picture: string,
  chinese: string,
  failed = 0,
): Promise<void> {
  await expectSound(picture, failed);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('heading', { name: chinese, level: 1 }).waitFor();
  await expectSound(`${picture}-zh`, failed);
}

/** A state with one model that is bound to every third of so many services. */
export function manyServices(count: number) {
  const uuid = (index: number) =>
    `${String(index).padStart(12, '0')}4${'0'.repeat(3)}8${'0'.repeat(15)}`;
  const modelServices = Array.from({ length: count }, (_, index) => ({
    ...{ uuid: uuid(index), name: `service ${index}`, yaml: 'a', installPath: '/a' },
    ...{ requestCpu: 1, requestMemory: 1, modelCenterUuid: center, startCommand: 'run' },
  }));
  const model = uuid(count);
  const bound = modelServices.filter((_, index) => index % 3 === 0);
  return {
    models: [{ uuid: model, name: 'the model', installPath: '/m', modelCenterUuid: center }],
    modelServices,
    modelServiceRefs: bound.map((service, index) => ({
      uuid: uuid(2 * count + index),
      modelUuid: model,
      modelServiceUuid: service.uuid,
      isDefault: index === 0,
    })),
  };
}
