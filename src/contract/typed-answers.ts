import type { TSchema } from '@sinclair/typebox';
import { type Operation, operations } from './operations.ts';

/** The packages of inventories; the others are in that of AIOS. */
const PACKAGES: Readonly<Record<string, string>> = {
  SessionInventory: 'org.zstack.header.identity',
  SystemTagInventory: 'org.zstack.header.tag',
  UserTagInventory: 'org.zstack.header.tag',
};

/** The platform's class of an inventory, with its package (F36). */
export function className(inventory: string): string {
  return `${PACKAGES[inventory] ?? 'org.zstack.ai.entity'}.${inventory}`;
}

/**
 * Adds `schema` to an operation's result, if that has inventories: the path of each typed object with its class,
 * parents before children (F36).
 */
export function withClasses(
  operation: string,
  result: { inventory?: object; inventories?: readonly object[] },
): object {
  const type = (operations as Record<string, Operation>)[operation]?.inventory;
  const { inventory, inventories } = result;
  if (!type || !(inventory ?? inventories)) return result;
  const schema = {};
  addClasses(schema, 'inventory', inventory, type);
  addClasses(schema, 'inventories', inventories, { items: type });
  return { ...result, schema };
}

/** Adds the classes of a value of this type: of an inventory, or of those in a list. */
function addClasses(
  schema: Record<string, string>,
  path: string,
  value: unknown,
  { $id, properties, items }: Partial<TSchema>,
): void {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      addClasses(schema, `${path}[${index}]`, each, items);
    }
  } else if (value && properties) {
    schema[path] = className(String($id));
    for (const [name, each] of Object.entries(value)) {
      // Most members are texts and numbers, for which making a path would take a sixth of the time.
      if (typeof each === 'object') addClasses(schema, `${path}.${name}`, each, properties[name]);
    }
  }
}
