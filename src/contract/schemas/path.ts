import { type TObject, Type } from '@sinclair/typebox';
import type { Operation } from '../operations.ts';
import { since } from './types.ts';

/** An operation's path parameters, for the document: they are never pattern-checked (F21). */
export function pathSchema({ pathParameters, since: version }: Operation): TObject {
  const parameters = Object.entries(pathParameters).map(([name, description]) => [
    name,
    Type.String({ description }),
  ]);
  return Type.Object(since(version, Object.fromEntries(parameters)));
}
