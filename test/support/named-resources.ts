import { expect } from 'vitest';
import type { Server } from './server.ts';

type Add = (server: Server, params: object) => Promise<{ uuid: string }>;

/**
 * Resources that a test knows by name.
 * @param path of the list that is searched
 */
export function namedResources(server: () => Server, path: string) {
  const uuids = new Map<string, string>();
  const uuidOf = (name: string): string => {
    const uuid = uuids.get(name);
    if (uuid === undefined) throw new Error(`there is no ${name}`);
    return uuid;
  };
  return {
    uuids,
    uuidOf,

    /** Adds one a second after the last. */
    add: async (add: Add, name: string, params: object = {}): Promise<string> => {
      server().advance(1000);
      const { uuid } = await add(server(), { name, ...params });
      uuids.set(name, uuid);
      return uuid;
    },

    /** The names of the resources that satisfy all conditions, in which `{name}` stands for a uuid. */
    found: async (...conditions: string[]): Promise<string> => {
      const named = conditions.map((condition) =>
        condition.replace(/\{(\w+)\}/g, (_, name) => uuidOf(name)),
      );
      const { status, body } = await server().query(path, named, { replyWithCount: 'true' });
      expect(body).toMatchObject({ success: true, total: body.inventories?.length });
      expect(status).toBe(200);
      return body.inventories.map(({ name }: { name: string }) => name).join(' ');
    },
  };
}
