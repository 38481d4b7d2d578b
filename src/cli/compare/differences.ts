import { MASK } from './exchange.ts';

const UUID = /\b[\da-f]{32}\b/g;
const DATE = /\b[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M\b/g;
const HOST = /https?:\/\/[^/"\s]+/g;

/** What differs between any two servers, replaced by what it is. */
export const normalized = (text: string): string =>
  text.replace(UUID, '<uuid>').replace(DATE, '<date>').replace(HOST, '<host>');

/** Replaces UUIDs of one server by those of the other. */
export const translated = (text: string, uuids: ReadonlyMap<string, string>): string =>
  text.replace(UUID, (uuid) => uuids.get(uuid) ?? uuid);

/**
 * The paths at which two answers differ, dates and hosts aside.
 * @param uuids the UUIDs here by those there, to which those at the same place are added
 */
export function differences(
  there: unknown,
  here: unknown,
  uuids: Map<string, string>,
  path: readonly string[] = [],
): string[] {
  if (typeof there === 'object' && typeof here === 'object' && there && here) {
    const [left, right] = [there, here] as Record<string, unknown>[];
    return Object.keys({ ...left, ...right }).flatMap((name) =>
      differences(left?.[name], right?.[name], uuids, [...path, name]),
    );
  }
  if (Object.is(there, here) || there === MASK) return [];
  if (typeof there === 'string' && typeof here === 'string') {
    const counterparts = here.match(UUID) ?? [];
    for (const [index, uuid] of (there.match(UUID) ?? []).entries()) {
      if (!uuids.has(uuid)) uuids.set(uuid, counterparts[index] ?? uuid);
    }
    const comparable = (text: string) => text.replace(DATE, '').replace(HOST, '');
    if (comparable(translated(there, uuids)) === comparable(here)) return [];
  }
  return [path.join('.')];
}
