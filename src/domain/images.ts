import type { Dependencies } from './dependencies.ts';
import type { ModelService, ModelServiceImage } from './records.ts';

type Architecture = ModelServiceImage['cpuArchitecture'];

/** The fields of an image that do not depend on its service. */
type Image = Pick<ModelServiceImage, 'vmImageUuid' | 'dockerImage'> & { cpuArchitecture: string };

/** Creates a service's images from parameters or from another service's, with new uuids and dates. */
export function createServiceImages(
  images: readonly Image[],
  modelServiceUuid: string,
  now: number,
  { newUuid }: Dependencies,
): ModelServiceImage[] {
  return images.map((image) => ({
    ...image,
    cpuArchitecture: image.cpuArchitecture as Architecture,
    uuid: newUuid(),
    modelServiceUuid,
    createDate: now,
    lastOpDate: now,
  }));
}

/** Removes duplicates and keeps the order (F12). */
export function distinctArchitectures(
  architectures: readonly string[],
): ModelService['cpuArchitectures'] {
  return [...new Set(architectures)] as Architecture[];
}

/** The architectures of a service for which none were given (F12). */
export function architecturesOf(images: readonly ModelServiceImage[]) {
  return distinctArchitectures(images.map(({ cpuArchitecture }) => cpuArchitecture));
}
