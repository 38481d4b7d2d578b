import { deploymentDefaults, RUNNING } from '../contract/schemas/model-service-instance-group.ts';
import { addHandler } from './additions.ts';
import { createUses } from './records.ts';

/** Stores a group with one instance, which is ready after the time of the settings or of a test (F62). */
export const DeployModelService = addHandler(
  'DeployModelService',
  'ModelServiceInstanceGroup',
  (
    { datasetUuids, modelServiceGroupUuids, serviceBootUptime = null, ...fields },
    base,
    dependencies,
    request,
  ) => {
    const { newUuid, deployments } = dependencies;
    const { uuid, createDate, lastOpDate } = base;
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
    return (service) => ({
      ...deploymentDefaults,
      ...fields,
      ...base,
      ...state,
      serviceBootupTime: serviceBootUptime,
      modelServiceUuid: service.uuid,
      modelServiceType: service.type,
      yaml: service.yaml,
      instances: [{ ...instance, architecture: service.cpuArchitectures[0] ?? null }],
      ...createUses(uuid, datasetUuids, modelServiceGroupUuids, dependencies),
    });
  },
);

/** Replaces each `{name}` by the value of that name; null for an empty template. */
function fillTemplate(template: string, values: Record<string, string>): string | null {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] as string) || null;
}
