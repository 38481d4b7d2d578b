import { centers, datasets, frameworks, models, outcomes, stages, uses } from './demo-data.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const START = Date.UTC(2025, 0, 6);
const SECOND_MS = 1000;

/**
 * Makes a seed of realistic resources: centers, models, services with bindings, tags and deployments, and datasets.
 * @param services number of services; of the rest there are in proportion
 * @param start of the random numbers, which determine everything else: the same seed for the same arguments
 */
export function demoSeed(services: number, start: number): object {
  const random = randomNumbers(start);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Member>(list: readonly Member[]) => list[below(list.length)] as Member;
  const uuid = () => {
    const digits = Array.from({ length: 32 }, () => below(16).toString(16));
    return digits.with(12, '4').with(16, '8').join('');
  };
  let seconds = 0;
  const resource = () => {
    seconds += 1 + below(60);
    const createDate = new Date(START + seconds * SECOND_MS).toISOString();
    return { uuid: uuid(), createDate, lastOpDate: createDate };
  };
  const make = <Entry>(length: number, entry: (index: number) => Entry) =>
    Array.from({ length }, (_, index) => entry(index));

  const modelCenters = centers.slice(0, Math.ceil(services / 50)).map(([name, managementIp]) => {
    const url = `nfs://${managementIp}/ai`;
    return { ...resource(), name, url, managementIp, managementPort: 8989 };
  });
  const versions = make(Math.ceil(services / 2), (index) => {
    const [name, vendor, size, framework, pipelineTag, gpus] = pick(models);
    const center = pick(modelCenters);
    const version = `1.${index}`;
    const model = {
      ...resource(),
      ...{ name, vendor, version, pipelineTag, frameworkVersion: framework },
      modelCenterUuid: center.uuid,
      installPath: `${center.managementIp}:/ai/model_center/${name}/${version}`,
      size: size * GIB,
      recommendedGpuNum: [gpus],
    };
    return { model, gpus, framework };
  });
  const served = make(services, () => {
    const { model, gpus, framework } = pick(versions);
    const { source, image, command, yaml } = frameworks[framework];
    const name = `${model.name.toLowerCase()}-${pick(uses)}`;
    const values = { name, gpus, path: model.installPath };
    const service = {
      ...resource(),
      ...{ name, framework, source, modelCenterUuid: model.modelCenterUuid },
      yaml: filled(yaml, values),
      requestCpu: 4 * gpus,
      requestMemory: 16 * gpus * GIB,
      size: (200 + below(800)) * MIB,
      installPath: `/ai/services/${name}`,
      startCommand: filled(command, values),
      modelServiceImages: (['x86_64', 'aarch64'] as const).map((cpuArchitecture) => {
        const dockerImage = filled(image, { arch: cpuArchitecture });
        return { ...resource(), cpuArchitecture, dockerImage };
      }),
    };
    return { model, service };
  });
  const stored = make(Math.ceil(services / 10), () => {
    const [name, dataType, size] = pick(datasets);
    const { uuid: modelCenterUuid } = pick(modelCenters);
    const url = `https://datasets.example.com/${name}.tar`;
    return { ...resource(), name, url, dataType, size: size * MIB, modelCenterUuid };
  });
  const withDefault = new Set<string>();
  const zoneUuid = uuid();
  const vmImageUuid = uuid();
  const deployed = make(Math.ceil(services / 4), resource);
  const groups = deployed.map((created, index) => {
    const { model, service } = served[index] as (typeof served)[number];
    const { name, modelServiceImages } = service;
    const outcome = outcomes[index % outcomes.length];
    const isVm = index % 3 === 1;
    const image = isVm ? { vmImageUuid } : { dockerImage: modelServiceImages[0]?.dockerImage };
    const instance = {
      ...(isVm && { vmInstanceUuid: uuid() }),
      ...(outcome === 'Running' && { url: `http://10.0.0.${1 + below(250)}:8000` }),
    };
    return {
      ...{ ...created, ...image, name, outcome, zoneUuid },
      type: isVm ? 'VirtualMachine' : 'Container',
      modelServiceUuid: service.uuid,
      modelUuid: model.uuid,
      datasetUuids: index % 2 === 0 ? [pick(stored).uuid] : [],
      modelServiceGroupUuids: index % 4 === 3 ? [deployed[0]?.uuid] : [],
      instances: [{ ...created, ...instance, uuid: uuid() }],
    };
  });
  return {
    about: `Demo data: ${services} services, made by the seed ${start}.`,
    modelCenters,
    models: versions.map(({ model }) => model),
    modelServices: served.map(({ service }) => service),
    modelServiceRefs: served.map(({ model, service }) => {
      const isDefault = !withDefault.has(model.uuid);
      withDefault.add(model.uuid);
      return { uuid: uuid(), modelUuid: model.uuid, modelServiceUuid: service.uuid, isDefault };
    }),
    datasets: stored,
    modelServiceInstanceGroups: groups,
    userTags: served.map(({ service }) => ({
      ...resource(),
      resourceUuid: service.uuid,
      resourceType: 'ModelServiceVO',
      tag: pick(stages),
    })),
  };
}

/** Replaces names in braces by their values. */
function filled(template: string, values: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** Numbers from 0 to 1 that the start determines: mulberry32. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
