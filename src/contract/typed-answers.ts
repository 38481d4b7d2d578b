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

/** The members of an inventory that are inventories or lists of them, with their classes. */
function typedMembers({ properties }: TSchema): [name: string, className: string][] {
  return Object.entries<TSchema>(properties).flatMap(([name, schema]) => {
    const { $id, type } = (schema.items ?? schema) as TSchema;
    return $id !== undefined && type === 'object' ? [[name, className($id)]] : [];
  });
}

function inventoryType(inventory: TSchema) {
  return { className: className(String(inventory.$id)), members: typedMembers(inventory) };
}

/** The types in the answers of each operation. */
const typesByOperation = new Map(
  Object.entries<Operation>(operations).flatMap(([name, { inventory }]) =>
    inventory ? [[name, inventoryType(inventory)]] : [],
  ),
);

interface Result {
  inventory?: object;
  inventories?: readonly object[];
}

/**
 * Adds `schema` to an operation's result, if that has inventories: the path of each typed object with its class,
 * parents before children (F36).
 */
export function withClasses(operation: string, result: Result): object {
  const type = typesByOperation.get(operation);
  const { inventory, inventories } = result;
  if (!type || !(inventory ?? inventories)) return result;
  const schema: Record<string, string> = {};
  if (inventory) addClasses(schema, 'inventory', inventory, type);
  inventories?.forEach((each, index) => {
    addClasses(schema, `inventories[${index}]`, each, type);
  });
  return { ...result, schema };
}

function addClasses(
  schema: Record<string, string>,
  path: string,
  inventory: object,
  { className, members }: ReturnType<typeof inventoryType>,
): void {
  schema[path] = className;
  for (const [name, memberClass] of members) {
    const member = (inventory as Record<string, unknown>)[name];
    if (Array.isArray(member)) {
      member.forEach((_, index) => {
        schema[`${path}.${name}[${index}]`] = memberClass;
      });
    } else if (member) schema[`${path}.${name}`] = memberClass;
  }
}
