import type {
  DeploymentParameters,
  ModelServiceGroupDatasetRefInventory,
  ModelServiceInstanceGroupInventory,
  ModelServiceInstanceInventory,
} from '../contract/schemas/model-service-instance-group.ts';
import type { Stored } from './stored.ts';

/** What becomes of a deployment, and when; until then it is `Deploying` (F62). */
export interface Outcome {
  outcome: string;
  readyDate: number;
}

/** An instance; its group has its yaml. */
export type ModelServiceInstance = Omit<Stored<ModelServiceInstanceInventory>, 'status' | 'yaml'> &
  Outcome;

export type DatasetRef = Stored<ModelServiceGroupDatasetRefInventory>;

/** That a group uses another one. */
export interface GroupRef {
  uuid: string;
  modelServiceInstanceGroupUuid: string;
  usedGroupUuid: string;
}

/** The group's own fields, as one row stores them. */
export type ModelServiceInstanceGroupFields = Omit<
  Stored<ModelServiceInstanceGroupInventory>,
  'datasetRefInventories' | 'instances' | 'status' | 'supportMetrics'
> &
  Outcome &
  Stored<DeploymentParameters> &
  Required<
    Pick<DeploymentParameters, 'environmentVariables' | 'l3NetworkUuids' | 'startupParameters'>
  > & {
    /** Stored, never returned (F62). */
    tagUuids: string[];
  };

export type ModelServiceInstanceGroup = ModelServiceInstanceGroupFields & {
  instances: ModelServiceInstance[];
  datasetRefInventories: DatasetRef[];
  modelServiceGroupRefs: GroupRef[];
};
