import type { OperationName } from '../contract/operations.ts';
import { AddModel } from './AddModel.ts';
import { AddModelCenter } from './AddModelCenter.ts';
import { AddModelService } from './AddModelService.ts';
import { BindModelToService } from './BindModelToService.ts';
import { CloneModelService } from './CloneModelService.ts';
import { CreateSystemTag } from './CreateSystemTag.ts';
import { CreateUserTag } from './CreateUserTag.ts';
import { DeleteModel } from './DeleteModel.ts';
import { DeleteModelCenter } from './DeleteModelCenter.ts';
import { DeleteModelService } from './DeleteModelService.ts';
import { DeleteModels } from './DeleteModels.ts';
import { DeleteTag } from './DeleteTag.ts';
import { GetModel } from './GetModel.ts';
import { GetModelCenter } from './GetModelCenter.ts';
import { GetModelService } from './GetModelService.ts';
import { GetSystemTag } from './GetSystemTag.ts';
import { GetUserTag } from './GetUserTag.ts';
import type { Handler } from './handler.ts';
import { LogInByAccount } from './LogInByAccount.ts';
import { LogOut } from './LogOut.ts';
import { QueryModel } from './QueryModel.ts';
import { QueryModelCenter } from './QueryModelCenter.ts';
import { QueryModelService } from './QueryModelService.ts';
import { QuerySystemTag } from './QuerySystemTag.ts';
import { QueryUserTag } from './QueryUserTag.ts';
import { RenewSession } from './RenewSession.ts';
import { UnbindModelFromService } from './UnbindModelFromService.ts';
import { UpdateModel } from './UpdateModel.ts';
import { UpdateModelCenter } from './UpdateModelCenter.ts';
import { UpdateModelService } from './UpdateModelService.ts';
import { UpdateSystemTag } from './UpdateSystemTag.ts';
import { ValidateSession } from './ValidateSession.ts';

/** The rule of every operation of the catalogue. */
export const handlers: { readonly [Name in OperationName]: Handler<Name> } = {
  AddModelService,
  UpdateModelService,
  CloneModelService,
  AddModel,
  BindModelToService,
  UnbindModelFromService,
  DeleteModelService,
  QueryModelService,
  GetModelService,
  UpdateModel,
  DeleteModel,
  DeleteModels,
  QueryModel,
  GetModel,
  AddModelCenter,
  UpdateModelCenter,
  DeleteModelCenter,
  QueryModelCenter,
  GetModelCenter,
  LogInByAccount,
  LogOut,
  ValidateSession,
  RenewSession,
  CreateUserTag,
  QueryUserTag,
  GetUserTag,
  CreateSystemTag,
  UpdateSystemTag,
  QuerySystemTag,
  GetSystemTag,
  DeleteTag,
};
