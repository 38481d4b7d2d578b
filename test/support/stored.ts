import type { Server } from './server.ts';

const tables = {
  service: 'model_services',
  model: 'models',
  center: 'model_centers',
  dataset: 'datasets',
  deployment: 'model_service_instance_groups',
};

/**
 * A field of a resource as the database file has it.
 * @param like a value of the field's type, since SQLite stores booleans as numbers and lists as text
 */
export function storedField(
  server: Server,
  kind: keyof typeof tables,
  uuid: string,
  field: string,
  like: unknown,
): unknown {
  const column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const value = server.rows(tables[kind], `uuid = '${uuid}'`)[0]?.[column];
  if (typeof like === 'boolean') return value === null ? null : Boolean(value);
  return typeof like === 'object' && like !== null ? JSON.parse(String(value)) : value;
}

/** A resource's tags as the database file has them, in the order they were attached. */
export function storedTags(server: Server, uuid: string) {
  return server
    .rows('tags', `resource_uuid = '${uuid}' ORDER BY position`)
    .map(({ type, tag, resource_type }) => ({ type, tag, resourceType: resource_type }));
}
