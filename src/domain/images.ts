import type { Dependencies } from './dependencies.ts';
import type { ModelService, ModelServiceImage } from './records.ts';

type Architecture = ModelServiceImage['cpuArchitecture'];

/** What an image is, whoever it belongs to. */
type Image = Pick<ModelServiceImage, 'vmImageUuid' | 'dockerImage'> & { cpuArchitecture: string };

/** Images, whether given or another service's, as this service's own: new uuids and dates. */
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

/** Each architecture once, in first-seen order (F12). */
export function distinctArchitectures(
  architectures: readonly string[],
): ModelService['cpuArchitectures'] {
  return [...new Set(architectures)] as Architecture[];
}

/** The architectures of a service that was given none of its own (F12). */
export function architecturesOf(images: readonly ModelServiceImage[]) {
  return distinctArchitectures(images.map(({ cpuArchitecture }) => cpuArchitecture));
}
