import { ModelInventory } from '../contract/model.ts';
import {
  ModelServiceImageInventory,
  ModelServiceInventory,
  ModelServiceRefInventory,
} from '../contract/model-service.ts';
import type { Model, ModelService, ModelServiceImage, ModelServiceRef } from './records.ts';

type FormatDate = (milliseconds: number) => string;

const serviceFields = Object.keys(ModelServiceInventory.properties);
const modelFields = Object.keys(ModelInventory.properties);
const imageFields = Object.keys(ModelServiceImageInventory.properties);
const refFields = Object.keys(ModelServiceRefInventory.properties);

/** The one place where what is kept of a service becomes what is told of it. */
export function modelServiceInventory(
  service: ModelService,
  formatDate: FormatDate,
): ModelServiceInventory {
  return toInventory<ModelServiceInventory>(serviceFields, service, formatDate, {
    modelServiceRefs: service.modelServiceRefs.map((ref) => refInventory(ref, formatDate)),
    modelServiceImages: service.modelServiceImages.map((image) =>
      imageInventory(image, formatDate),
    ),
  });
}

/** The one place where what is kept of a model becomes what is told of it. */
export function modelInventory(model: Model, formatDate: FormatDate): ModelInventory {
  return toInventory<ModelInventory>(modelFields, model, formatDate, {
    modelServiceRefs: model.modelServiceRefs.map((ref) => refInventory(ref, formatDate)),
  });
}

function imageInventory(image: ModelServiceImage, formatDate: FormatDate) {
  return toInventory<ModelServiceImageInventory>(imageFields, image, formatDate, {});
}

function refInventory(ref: ModelServiceRef, formatDate: FormatDate) {
  return toInventory<ModelServiceRefInventory>(refFields, ref, formatDate, {});
}

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
    inventory[field] =
      field === 'createDate' || field === 'lastOpDate' ? formatDate(value as number) : value;
  }
  return inventory as Inventory;
}
