import type { ModelInventory } from '../contract/model.ts';
import type {
  ModelCenterCapacityInventory,
  ModelCenterInventory,
} from '../contract/model-center.ts';
import {
  ModelServiceImageInventory,
  type ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/model-service.ts';
import { type Kind, queryables } from '../contract/queryable.ts';
import { SessionInventory } from '../contract/session.ts';
import type { SystemTagInventory, UserTagInventory } from '../contract/tags.ts';
import type {
  Model,
  ModelCenter,
  ModelService,
  ModelServiceImage,
  ModelServiceRef,
  Records,
  Session,
  SystemTag,
  Told,
  UserTag,
} from './records.ts';

type FormatDate = (milliseconds: number) => string;

const imageFields = Object.keys(ModelServiceImageInventory.properties);
const refFields = Object.keys(ModelServiceRefInventory.properties);
const sessionFields = Object.keys(SessionInventory.properties);
const fieldsOf = Object.fromEntries(
  Object.entries(queryables).map(([kind, { inventory }]) => [
    kind,
    Object.keys(inventory.properties),
  ]),
) as Record<Kind, string[]>;

/** The one place where what is kept of a service becomes what is told of it. */
export function modelServiceInventory(
  service: Told<ModelService>,
  formatDate: FormatDate,
): ModelServiceInventory {
  return toInventory<ModelServiceInventory>(fieldsOf.ModelService, service, formatDate, {
    modelServiceRefs: service.modelServiceRefs.map((ref) => refInventory(ref, formatDate)),
    modelServiceImages: service.modelServiceImages.map((image) =>
      imageInventory(image, formatDate),
    ),
  });
}

/** The one place where what is kept of a model becomes what is told of it. */
export function modelInventory(model: Told<Model>, formatDate: FormatDate): ModelInventory {
  return toInventory<ModelInventory>(fieldsOf.Model, model, formatDate, {
    modelServiceRefs: model.modelServiceRefs.map((ref) => refInventory(ref, formatDate)),
  });
}

/** The one place where what is kept of a center becomes what is told of it. */
export function modelCenterInventory(
  center: Told<ModelCenter>,
  formatDate: FormatDate,
): ModelCenterInventory {
  const capacity: ModelCenterCapacityInventory = {
    uuid: center.uuid,
    modelUsedCapacity: center.modelUsedCapacity,
    modelServiceUsedCapacity: center.modelServiceUsedCapacity,
    datasetUsedCapacity: 0,
    fineTuneUsedCapacity: 0,
    modelEvaluationUsedCapacity: 0,
    temporaryUsedCapacity: 0,
    cacheUsedCapacity: 0,
    totalCapacity: 0,
    availableCapacity: 0,
  };
  return toInventory<ModelCenterInventory>(fieldsOf.ModelCenter, center, formatDate, { capacity });
}

/** The one place where what is kept of a session becomes what is told of it. */
export function sessionInventory(session: Session, formatDate: FormatDate): SessionInventory {
  return toInventory<SessionInventory>(sessionFields, session, formatDate, {
    noSessionEvaluation: false,
  });
}

/** The one place where what is kept of a user tag becomes what is told of it. */
export function userTagInventory(tag: UserTag, formatDate: FormatDate): UserTagInventory {
  return toInventory<UserTagInventory>(fieldsOf.UserTag, tag, formatDate, {});
}

/** The one place where what is kept of a system tag becomes what is told of it. */
export function systemTagInventory(tag: SystemTag, formatDate: FormatDate): SystemTagInventory {
  return toInventory<SystemTagInventory>(fieldsOf.SystemTag, tag, formatDate, {});
}

type ToInventory = (record: never, formatDate: FormatDate) => unknown;

const whole: Record<Kind, ToInventory> = {
  ModelService: modelServiceInventory,
  Model: modelInventory,
  ModelCenter: modelCenterInventory,
  UserTag: userTagInventory,
  SystemTag: systemTagInventory,
};

/** What is told of a resource of any kind. */
export function inventoryOf<K extends Kind>(
  kind: K,
  record: Told<Records[K]>,
  formatDate: FormatDate,
): unknown {
  return whole[kind](record as never, formatDate);
}

/** What is told of a resource where only some of its own fields are asked for. */
export function partialInventoryOf(
  kind: Kind,
  record: object,
  asked: readonly string[],
  formatDate: FormatDate,
): unknown {
  const fields = fieldsOf[kind].filter((field) => asked.includes(field));
  return toInventory(fields, record, formatDate, {});
}

function imageInventory(image: ModelServiceImage, formatDate: FormatDate) {
  return toInventory<ModelServiceImageInventory>(imageFields, image, formatDate, {});
}

function refInventory(ref: ModelServiceRef, formatDate: FormatDate) {
  return toInventory<ModelServiceRefInventory>(refFields, ref, formatDate, {});
}

const dates = new Set(['createDate', 'lastOpDate', 'expiredDate']);

/** The contract's fields, without what is unset (decision 3). */
function toInventory<Inventory>(
  fields: readonly string[],
  kept: object,
  formatDate: FormatDate,
  nested: Record<string, unknown>,
): Inventory {
  const from = kept as Record<string, unknown>;
  const inventory: Record<string, unknown> = {};
  for (const field of fields) {
    const value = nested[field] ?? from[field] ?? null;
    if (value === null) continue;
    inventory[field] = dates.has(field) ? formatDate(value as number) : value;
  }
  return inventory as Inventory;
}
