import { type Static, Type } from '@sinclair/typebox';
import { ErrorCode } from '../errors.ts';
import { uuidInList } from './resource.ts';
import { boolean, boundedList, component, listOf, oneOf, optional, uuidOf } from './types.ts';

const deleteMode = oneOf(
  'Whether what depends on the resource goes with it (Enforcing) or forbids deleting it (Permissive).',
  ['Permissive', 'Enforcing'],
  { default: 'Permissive' },
);

/** The parameters of every deletion; they may stand in a JSON body instead. */
export const DeleteQuery = Type.Object(optional({ deleteMode }));

export const DeleteUuidsQuery = Type.Object({
  uuids: listOf('UUIDs of the resources.', uuidInList('a resource'), boundedList),
});

/** What became of one of several resources (F55). */
export const DeletionResult = Type.Object(
  {
    uuid: uuidOf('the resource'),
    success: boolean('Whether it is gone.'),
    error: Type.Optional(component(ErrorCode)),
  },
  { $id: 'DeletionResult', description: 'What became of one of several resources.' },
);
export type DeletionResult = Static<typeof DeletionResult>;
