import type { OperationName } from '../contract/operations.ts';
import { AddModel } from './AddModel.ts';
import { AddModelService } from './AddModelService.ts';
import { addHandler } from './additions.ts';
import { BindModelToService } from './BindModelToService.ts';
import { CloneModelService } from './CloneModelService.ts';
import { CreateDataset } from './CreateDataset.ts';
import { DeployModelService } from './DeployModelService.ts';
import {
  DeleteModelCenter,
  deleteAllHandler,
  deleteHandler,
  UnbindModelFromService,
} from './deletions.ts';
import type { Handler } from './dependencies.ts';
import { getHandler, queryHandler } from './queries.ts';
import { LogInByAccount, LogOut, RenewSession, ValidateSession } from './sessions.ts';
import { createTagHandler, DeleteTag, UpdateSystemTag } from './tags.ts';
import { assertNoSystemDataset, UpdateDatasets } from './UpdateDatasets.ts';
import { UpdateModel } from './UpdateModel.ts';
import { UpdateModelService } from './UpdateModelService.ts';
import { updateHandler } from './updates.ts';

/** The handler of every operation of the catalogue. */
export const handlers: { readonly [Name in OperationName]: Handler<Name> } = {
  AddModelService,
  UpdateModelService,
  CloneModelService,
  AddModel,
  BindModelToService,
  UnbindModelFromService,
  DeleteModelService: deleteHandler('ModelServiceVO'),
  QueryModelService: queryHandler('ModelService'),
  GetModelService: getHandler('ModelService'),
  UpdateModel,
  DeleteModel: deleteHandler('ModelVO'),
  DeleteModels: deleteAllHandler('ModelVO'),
  QueryModel: queryHandler('Model'),
  GetModel: getHandler('Model'),
  AddModelCenter: addHandler('AddModelCenter', 'ModelCenter', (fields, base) => ({
    ...fields,
    ...base,
    status: 'Connected',
  })),
  UpdateModelCenter: updateHandler('UpdateModelCenter', 'ModelCenter'),
  DeleteModelCenter,
  QueryModelCenter: queryHandler('ModelCenter'),
  GetModelCenter: getHandler('ModelCenter'),
  CreateDataset,
  UpdateDataset: updateHandler('UpdateDataset', 'Dataset', ({ params }) => (current) => {
    assertNoSystemDataset(current);
    return { ...current, ...params };
  }),
  UpdateDatasets,
  DeleteDataset: deleteHandler('DatasetVO'),
  DeleteDatasets: deleteAllHandler('DatasetVO'),
  QueryDataset: queryHandler('Dataset'),
  GetDataset: getHandler('Dataset'),
  DeployModelService,
  UpdateModelServiceInstanceGroup: updateHandler(
    'UpdateModelServiceInstanceGroup',
    'ModelServiceInstanceGroup',
  ),
  DeleteModelServiceInstanceGroup: deleteHandler('ModelServiceInstanceGroupVO'),
  DeleteModelServiceInstanceGroups: deleteAllHandler('ModelServiceInstanceGroupVO'),
  QueryModelServiceInstanceGroup: queryHandler('ModelServiceInstanceGroup'),
  GetModelServiceInstanceGroup: getHandler('ModelServiceInstanceGroup'),
  LogInByAccount,
  LogOut,
  ValidateSession,
  RenewSession,
  CreateUserTag: createTagHandler('User'),
  QueryUserTag: queryHandler('UserTag'),
  GetUserTag: getHandler('UserTag'),
  CreateSystemTag: createTagHandler('System'),
  UpdateSystemTag,
  QuerySystemTag: queryHandler('SystemTag'),
  GetSystemTag: getHandler('SystemTag'),
  DeleteTag,
};
