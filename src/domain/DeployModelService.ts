import { deploymentDefaults, RUNNING } from '../contract/schemas/model-service-instance-group.ts';
import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, createUses } from './records.ts';
import { argumentReference, pathReference, strictReference } from './references.ts';

/** Stores a group with one instance, which is ready after the time of the settings or of a test (F62). */
export const DeployModelService: Handler<'DeployModelService'> = async (
  { path, params, outcome: planned, ...tags },
  dependencies,
) => {
  const { newUuid, deployments, formatDate } = dependencies;
  const {
    datasetUuids = [],
    modelServiceGroupUuids = [],
    tagUuids = [],
    serviceBootUptime: serviceBootupTime = null,
    resourceUuid: uuid = newUuid(),
    ...fields
  } = params;
  const { name, type } = params;
  const now = dependencies.clock();
  const { status: outcome = RUNNING, afterMs = deployments.readyAfter } = planned ?? {};
  const state = { outcome, readyDate: now + afterMs, createDate: now, lastOpDate: now };
  const instanceUuid = newUuid();
  const urlValues = { group: uuid, instance: instanceUuid, name: encodeURIComponent(name) };
  const instance = {
    ...state,
    uuid: instanceUuid,
    modelServiceGroupUuid: uuid,
    name,
    url: fillTemplate(deployments.url, urlValues),
    vmInstanceUuid: type === 'VirtualMachine' ? newUuid() : null,
  };
  return dependencies.store.deriveResource(
    'ModelServiceInstanceGroup',
    { kind: 'ModelService', uuid: path.uuid },
    (service) => ({
      ...deploymentDefaults,
      ...fields,
      ...state,
      serviceBootupTime,
      uuid,
      tagUuids,
      modelServiceUuid: service.uuid,
      modelServiceType: service.type,
      yaml: service.yaml,
      instances: [{ ...instance, architecture: service.cpuArchitectures[0] ?? null }],
      ...createUses(uuid, datasetUuids, modelServiceGroupUuids, dependencies),
    }),
    {
      references: [
        pathReference('uuid', 'ModelServiceVO', path.uuid),
        ...argumentReference('modelUuid', 'ModelVO', params.modelUuid),
        ...argumentReference('datasetUuids', 'DatasetVO', params.datasetUuids),
        ...argumentReference(
          'modelServiceGroupUuids',
          'ModelServiceInstanceGroupVO',
          params.modelServiceGroupUuids,
        ),
        ...strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
      ],
      tags: createTags(tags, 'ModelServiceInstanceGroupVO', uuid, now, dependencies),
    },
    (group) => ({ inventory: toInventory('ModelServiceInstanceGroup', group, formatDate, now) }),
  );
};

/** Replaces each `{name}` by the value of that name; null for an empty template. */
function fillTemplate(template: string, values: Record<string, string>): string | null {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] as string) || null;
}
