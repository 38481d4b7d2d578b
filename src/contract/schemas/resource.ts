import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { ErrorCode, invalidArgument } from '../errors.ts';
import {
  boolean,
  boundedList,
  date,
  listOf,
  objectOf,
  oneOf,
  optional,
  RefersTo,
  Refine,
  text,
  UUID_MAX,
  uuidOf,
  Verbatim,
} from './types.ts';

/** The platform's names for the kinds of resource, as its sentences and tags use them. */
export const resourceTypes = [
  'ModelServiceVO',
  'ModelVO',
  'ModelCenterVO',
  'DatasetVO',
  'ModelServiceInstanceGroupVO',
] as const;
export type ResourceType = (typeof resourceTypes)[number];

export const UUID = /^[0-9a-f]{12}[1-5][0-9a-f]{3}[89ab][0-9a-f]{15}$/;

/** Whether a text is a UUID in the platform's form: without hyphens, in lower case (F21). */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

export const uuid = text('UUID of the resource.', { max: UUID_MAX });

/** A UUID in a list: stored untrimmed, as every list member (F46). */
export function uuidInList(resource: string) {
  return text(`UUID of ${resource}.`, { max: UUID_MAX, [Verbatim]: true });
}

export const createDate = date('When the resource was made');
export const lastOpDate = date('When the resource was last changed');

/** The inventory of a resource, whose other fields stand between its uuid and its dates. */
export function inventoryOf<Fields extends TProperties>(
  $id: string,
  description: string,
  fields: Fields,
) {
  return objectOf($id, description, { uuid, ...fields, createDate, lastOpDate });
}

/** Last moment of the year 9999, in milliseconds since the epoch. */
const MAX_TIME_MS = 253_402_300_799_999;

/** A time in ISO 8601 with its zone, which the validator converts to milliseconds since the epoch. */
export function isoTime(description: string) {
  return Type.Unsafe<number>(
    text(`${description}, as ISO 8601 with its zone.`, {
      format: 'date-time',
      [Refine]: parseIsoTime,
    }),
  );
}

function parseIsoTime(value: string, field: string): number {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const [day = ''] = value.split('T', 1);
  // Date.parse accepts February 30 as March 2.
  const isDay = isIso && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const milliseconds = isDay ? Date.parse(value) : Number.NaN;
  if (milliseconds >= 0 && milliseconds <= MAX_TIME_MS) return milliseconds;
  throw invalidArgument(`field[${field}] must be a time such as 2025-11-25T11:51:50.000Z`);
}

/** The parameters of every operation that creates a resource. */
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
  tagUuids: listOf('UUIDs of tags; stored, never returned.', uuidInList('a tag'), {
    ...boundedList,
    [RefersTo]: 'TagVO',
  }),
};

/** Fields that are stored and never returned (F27). */
export const HiddenFields = Type.Object({
  zoneUuid: Type.Optional(uuidOf('the zone')),
  tagUuids: listOf('UUIDs of tags.', uuidInList('a tag')),
});

const deleteMode = oneOf(
  'Whether what depends on the resource goes with it (Enforcing) or forbids deleting it (Permissive).',
  ['Permissive', 'Enforcing'],
  { default: 'Permissive', $id: 'DeleteMode' },
);

/** The parameters of a deletion, in the query or in a JSON body. */
export const DeleteQuery = Type.Object(optional({ deleteMode }));

export const DeleteUuidsQuery = Type.Object({
  uuids: listOf('UUIDs of the resources.', uuidInList('a resource'), boundedList),
  ...optional({ deleteMode }),
});

/** The outcome for one of several resources (F55). */
export const DeletionResult = objectOf(
  'DeletionResult',
  'What became of one of several resources.',
  {
    uuid: uuidOf('the resource'),
    success: boolean('Whether it is deleted.'),
    error: Type.Optional(ErrorCode),
  },
);
export type DeletionResult = Static<typeof DeletionResult>;
