import type { OperationName } from '../contract/operations.ts';
import { AddModel } from './AddModel.ts';
import { AddModelService } from './AddModelService.ts';
import { BindModelToService } from './BindModelToService.ts';
import { CloneModelService } from './CloneModelService.ts';
import { GetModel } from './GetModel.ts';
import { GetModelService } from './GetModelService.ts';
import { QueryModel } from './QueryModel.ts';
import { QueryModelService } from './QueryModelService.ts';
import type { Rule } from './rule.ts';
import { UpdateModelService } from './UpdateModelService.ts';

/** The rule of every operation of the catalogue. */
export const rules: { readonly [Name in OperationName]: Rule<Name> } = {
  AddModelService,
  UpdateModelService,
  CloneModelService,
  AddModel,
  BindModelToService,
  QueryModelService,
  GetModelService,
  QueryModel,
  GetModel,
};
