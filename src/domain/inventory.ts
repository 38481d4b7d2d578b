import { compileLiteral } from '../contract/compiled.ts';
import { type Kind, queryables } from '../contract/schemas/fields.ts';
import { ModelInventory } from '../contract/schemas/model.ts';
import {
  type ModelCenterCapacityInventory,
  ModelCenterInventory,
} from '../contract/schemas/model-center.ts';
import {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/schemas/model-service.ts';
import { SessionInventory } from '../contract/schemas/session.ts';
import { SystemTagInventory, UserTagInventory } from '../contract/schemas/tag.ts';
import { Time } from '../contract/schemas/types.ts';
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

/** An inventory's schema, of which the names are looked at, and what is a time. */
interface Inventoried {
  properties: object;
}

const propertiesOf = ({ properties }: Inventoried) =>
  Object.entries(properties as Record<string, { [Time]?: true }>);

/**
 * Compiles what makes an inventory of what is kept: the contract's fields, without what is unset
 * (decision 3).
 * @param beside the fields whose values are made otherwise, and given beside what is kept
 */
function compileTeller<Kept, Inventory>(
  schema: Inventoried,
  beside: (keyof Inventory)[] = [],
): (kept: Kept, formatDate: FormatDate, beside?: Partial<Inventory>) => Inventory {
  const values = propertiesOf(schema).map(([field, { [Time]: isTime }]) => {
    const kept = `kept.${field}`;
    if (beside.includes(field as keyof Inventory)) return [field, `beside.${field}`];
    return [
      field,
      isTime ? `${kept} == null ? undefined : formatDate(${kept})` : `${kept} ?? undefined`,
    ];
  });
  return compileLiteral(['kept', 'formatDate', 'beside'], Object.fromEntries(values));
}

const tellImage = compileTeller<ModelServiceImage, ModelServiceImageInventory>(
  ModelServiceImageInventory,
);
const tellRef = compileTeller<ModelServiceRef, ModelServiceRefInventory>(ModelServiceRefInventory);
const tellService = compileTeller<Told<ModelService>, ModelServiceInventory>(
  ModelServiceInventory,
  ['modelServiceRefs', 'modelServiceImages'],
);
const tellModel = compileTeller<Told<Model>, ModelInventory>(ModelInventory, ['modelServiceRefs']);
const tellCenter = compileTeller<Told<ModelCenter>, ModelCenterInventory>(ModelCenterInventory, [
  'capacity',
]);
const tellSession = compileTeller<Session, SessionInventory>(SessionInventory, [
  'noSessionEvaluation',
]);

/** The one place where what is kept of a service becomes what is told of it. */
export function modelServiceInventory(
  service: Told<ModelService>,
  formatDate: FormatDate,
): ModelServiceInventory {
  return tellService(service, formatDate, {
    modelServiceRefs: service.modelServiceRefs.map((ref) => tellRef(ref, formatDate)),
    modelServiceImages: service.modelServiceImages.map((image) => tellImage(image, formatDate)),
  });
}

/** The one place where what is kept of a model becomes what is told of it. */
export function modelInventory(model: Told<Model>, formatDate: FormatDate): ModelInventory {
  return tellModel(model, formatDate, {
    modelServiceRefs: model.modelServiceRefs.map((ref) => tellRef(ref, formatDate)),
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
  return tellCenter(center, formatDate, { capacity });
}

/** The one place where what is kept of a session becomes what is told of it. */
export function sessionInventory(session: Session, formatDate: FormatDate): SessionInventory {
  return tellSession(session, formatDate, { noSessionEvaluation: false });
}

/** The one place where what is kept of a user tag becomes what is told of it. */
export const userTagInventory: (tag: UserTag, formatDate: FormatDate) => UserTagInventory =
  compileTeller(UserTagInventory);

/** The one place where what is kept of a system tag becomes what is told of it. */
export const systemTagInventory: (tag: SystemTag, formatDate: FormatDate) => SystemTagInventory =
  compileTeller(SystemTagInventory);

type Tell = (record: never, formatDate: FormatDate) => unknown;

const whole: Record<Kind, Tell> = {
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
  const kept = record as Record<string, unknown>;
  const told = propertiesOf(queryables[kind].inventory)
    .filter(([field]) => asked.includes(field) && (kept[field] ?? null) !== null)
    .map(([field, { [Time]: isTime }]) => [
      field,
      isTime ? formatDate(kept[field] as number) : kept[field],
    ]);
  return Object.fromEntries(told);
}
