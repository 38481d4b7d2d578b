import { compileLiteral } from '../contract/compiled.ts';
import { type EntityKind, queryableEntities } from '../contract/schemas/fields.ts';
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
  PublicView,
  Records,
  Session,
  SystemTag,
  UserTag,
} from './records.ts';

type FormatDate = (milliseconds: number) => string;

/** An inventory's schema, of which the names are looked at, and what is a time. */
interface InventorySchema {
  properties: object;
}

const propertiesOf = ({ properties }: InventorySchema) =>
  Object.entries(properties as Record<string, { [Time]?: true }>);

/**
 * Compiles what makes an inventory of what is kept: the contract's fields, without what is unset
 * (F3).
 * @param computed the fields whose values are made otherwise, and given beside what is kept
 */
function compileToInventory<Stored, Inventory>(
  schema: InventorySchema,
  computed: (keyof Inventory)[] = [],
): (stored: Stored, formatDate: FormatDate, computed?: Partial<Inventory>) => Inventory {
  const values = propertiesOf(schema).map(([field, { [Time]: isTime }]) => {
    const stored = `kept.${field}`;
    if (computed.includes(field as keyof Inventory)) return [field, `beside.${field}`];
    return [
      field,
      isTime ? `${stored} == null ? undefined : formatDate(${stored})` : `${stored} ?? undefined`,
    ];
  });
  return compileLiteral(['kept', 'formatDate', 'beside'], Object.fromEntries(values));
}

const toImageInventory = compileToInventory<ModelServiceImage, ModelServiceImageInventory>(
  ModelServiceImageInventory,
);
const toRefInventory = compileToInventory<ModelServiceRef, ModelServiceRefInventory>(
  ModelServiceRefInventory,
);
const toServiceInventory = compileToInventory<PublicView<ModelService>, ModelServiceInventory>(
  ModelServiceInventory,
  ['modelServiceRefs', 'modelServiceImages'],
);
const toModelInventory = compileToInventory<PublicView<Model>, ModelInventory>(ModelInventory, [
  'modelServiceRefs',
]);
const toCenterInventory = compileToInventory<PublicView<ModelCenter>, ModelCenterInventory>(
  ModelCenterInventory,
  ['capacity'],
);
const toSessionInventory = compileToInventory<Session, SessionInventory>(SessionInventory, [
  'noSessionEvaluation',
]);

/** The one place where what is kept of a service becomes what is told of it. */
export function modelServiceInventory(
  service: PublicView<ModelService>,
  formatDate: FormatDate,
): ModelServiceInventory {
  return toServiceInventory(service, formatDate, {
    modelServiceRefs: service.modelServiceRefs.map((ref) => toRefInventory(ref, formatDate)),
    modelServiceImages: service.modelServiceImages.map((image) =>
      toImageInventory(image, formatDate),
    ),
  });
}

/** The one place where what is kept of a model becomes what is told of it. */
export function modelInventory(model: PublicView<Model>, formatDate: FormatDate): ModelInventory {
  return toModelInventory(model, formatDate, {
    modelServiceRefs: model.modelServiceRefs.map((ref) => toRefInventory(ref, formatDate)),
  });
}

/** The one place where what is kept of a center becomes what is told of it. */
export function modelCenterInventory(
  center: PublicView<ModelCenter>,
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
  return toCenterInventory(center, formatDate, { capacity });
}

/** The one place where what is kept of a session becomes what is told of it. */
export function sessionInventory(session: Session, formatDate: FormatDate): SessionInventory {
  return toSessionInventory(session, formatDate, { noSessionEvaluation: false });
}

/** The one place where what is kept of a user tag becomes what is told of it. */
export const userTagInventory: (tag: UserTag, formatDate: FormatDate) => UserTagInventory =
  compileToInventory(UserTagInventory);

/** The one place where what is kept of a system tag becomes what is told of it. */
export const systemTagInventory: (tag: SystemTag, formatDate: FormatDate) => SystemTagInventory =
  compileToInventory(SystemTagInventory);

type ToInventory = (record: never, formatDate: FormatDate) => unknown;

const toInventoryByKind: Record<EntityKind, ToInventory> = {
  ModelService: modelServiceInventory,
  Model: modelInventory,
  ModelCenter: modelCenterInventory,
  UserTag: userTagInventory,
  SystemTag: systemTagInventory,
};

/** What is told of a resource of any kind. */
export function toInventory<K extends EntityKind>(
  kind: K,
  record: PublicView<Records[K]>,
  formatDate: FormatDate,
): unknown {
  return toInventoryByKind[kind](record as never, formatDate);
}

/** What is told of a resource where only some of its own fields are asked for. */
export function toPartialInventory(
  kind: EntityKind,
  record: object,
  fields: readonly string[],
  formatDate: FormatDate,
): unknown {
  const stored = record as Record<string, unknown>;
  const shown = propertiesOf(queryableEntities[kind].inventory)
    .filter(([field]) => fields.includes(field) && (stored[field] ?? null) !== null)
    .map(([field, { [Time]: isTime }]) => [
      field,
      isTime ? formatDate(stored[field] as number) : stored[field],
    ]);
  return Object.fromEntries(shown);
}
