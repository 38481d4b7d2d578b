import { deploymentDefaults, RUNNING } from '../contract/schemas/model-service-instance-group.ts';
import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';
import { createUses } from './records.ts';
import { pathReference } from './references.ts';

/** Stores a group with one instance, which is ready after the time of the settings or of a test (F62). */
export const DeployModelService: Handler<'DeployModelService'> = async (request, dependencies) => {
  const { newUuid, deployments } = dependencies;
  const source = { kind: 'ModelService', uuid: request.path.uuid } as const;
  const {
    fields: {
      datasetUuids = [],
      modelServiceGroupUuids = [],
      serviceBootUptime: serviceBootupTime = null,
      ...fields
    },
    own,
    extras,
    toResult,
  } = newResource('DeployModelService', 'ModelServiceInstanceGroup', request, dependencies, [
    pathReference('uuid', 'ModelServiceVO', source.uuid),
  ]);
  const { uuid, createDate, lastOpDate } = own;
  const { name, type } = fields;
  const { status: outcome = RUNNING, afterMs = deployments.readyAfter } = request.outcome ?? {};
  const state = { outcome, readyDate: createDate + afterMs };
  const instanceUuid = newUuid();
  const urlValues = { group: uuid, instance: instanceUuid, name: encodeURIComponent(name) };
  const instance = {
    ...state,
    uuid: instanceUuid,
    modelServiceGroupUuid: uuid,
    name,
    url: fillTemplate(deployments.url, urlValues),
    vmInstanceUuid: type === 'VirtualMachine' ? newUuid() : null,
    createDate,
    lastOpDate,
  };
  return dependencies.store.deriveResource(
    'ModelServiceInstanceGroup',
    source,
    (service) => ({
      ...deploymentDefaults,
      ...fields,
      ...own,
      ...state,
      serviceBootupTime,
      modelServiceUuid: service.uuid,
      modelServiceType: service.type,
      yaml: service.yaml,
      instances: [{ ...instance, architecture: service.cpuArchitectures[0] ?? null }],
      ...createUses(uuid, datasetUuids, modelServiceGroupUuids, dependencies),
    }),
    extras(),
    toResult,
  );
};

/** Replaces each `{name}` by the value of that name; null for an empty template. */
function fillTemplate(template: string, values: Record<string, string>): string | null {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] as string) || null;
}
