import { invalidArgument } from '../errors.ts';
import { boundedList, date, listOf, Refine, text, UUID_MAX, Verbatim } from './types.ts';

/** The platform's names for the kinds of resource, as its sentences and tags use them. */
export const resourceTypes = ['ModelServiceVO', 'ModelVO', 'ModelCenterVO'] as const;
export type ResourceType = (typeof resourceTypes)[number];

const UUID = /^[0-9a-f]{12}[1-5][0-9a-f]{3}[89ab][0-9a-f]{15}$/;

/** Whether a text is a uuid as the platform makes them: hyphens stripped, lower case (F21). */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

export const uuid = text('UUID of the resource.', { max: UUID_MAX });

/** The two parameters that every operation which makes a resource has. */
export const newResourceFields = {
  resourceUuid: text('UUID the new resource shall have, instead of a generated one.', {
    max: UUID_MAX,
    [Refine]: (value: string) => {
      if (isUuid(value)) return value;
      throw invalidArgument(
        `resourceUuid[${value}] is not a valid uuid. ` +
          `A valid uuid is a UUID(v4 recommended) with '-' stripped.`,
      );
    },
  }),
  tagUuids: listOf('UUIDs of tags; stored, never returned.', uuidInList('a tag'), boundedList),
};

/** A member of a list of uuids: kept as sent, like every list member (F46). */
export function uuidInList(resource: string) {
  return text(`UUID of ${resource}.`, { max: UUID_MAX, [Verbatim]: true });
}

export const createDate = date('When the resource was made');
export const lastOpDate = date('When the resource was last changed');
