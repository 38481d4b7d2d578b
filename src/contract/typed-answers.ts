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

interface InventoryType {
  className: string;
  /** The members that are inventories or lists of them, by name. */
  members: Record<string, InventoryType>;
}

function inventoryType({ $id, properties }: TSchema): InventoryType {
  const members = Object.entries<TSchema>(properties).flatMap(([name, schema]) => {
    const inventory = (schema.items ?? schema) as TSchema;
    const isInventory = inventory.$id !== undefined && inventory.type === 'object';
    return isInventory ? [[name, inventoryType(inventory)]] : [];
  });
  return { className: className(String($id)), members: Object.fromEntries(members) };
}

const typesByOperation = new Map(
  Object.entries<Operation>(operations).flatMap(([name, { inventory }]) =>
    inventory ? [[name, inventoryType(inventory)]] : [],
  ),
);

/**
 * Adds `schema` to an operation's result, if that has inventories: the path of each typed object with its class,
 * parents before children (F36).
 */
export function withClasses(
  operation: string,
  result: { inventory?: object; inventories?: readonly object[] },
): object {
  const type = typesByOperation.get(operation);
  const { inventory, inventories } = result;
  if (!type || !(inventory ?? inventories)) return result;
  const schema = {};
  addClasses(schema, 'inventory', inventory, type);
  addClasses(schema, 'inventories', inventories, type);
  return { ...result, schema };
}

function addClasses(
  schema: Record<string, string>,
  path: string,
  value: unknown,
  type: InventoryType,
): void {
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      addClasses(schema, `${path}[${index}]`, each, type);
    });
  } else if (value) {
    schema[path] = type.className;
    for (const [name, memberType] of Object.entries(type.members)) {
      addClasses(schema, `${path}.${name}`, (value as Record<string, unknown>)[name], memberType);
    }
  }
}
