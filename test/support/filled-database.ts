import type Database from 'better-sqlite3';
import type { Store } from '../../src/domain/store.ts';
import { extras, image, model, modelCenter, modelService, ref, tag } from './records.ts';
import { asIs, nothing } from './results.ts';

/** How much a database is filled with. */
export interface Counts {
  services: number;
  models: number;
  centers: number;
  tags: number;
}

/** The number of the last of those that are as old as each other. */
export const OLDEST = 1000;

/** The prefix of each kind's uuids. */
const kinds = { services: '5e', models: '4d', centers: 'ce', images: '1a', refs: '0e', tags: '07' };
type Table = keyof typeof kinds;

/** A uuid by its number, in another order than the numbers. */
export const uuidOf = (table: Table, number: number): string =>
  ((BigInt(number) * 2_654_435_761n) & 0xffffffffn).toString(16).padStart(8, '0') +
  kinds[table] +
  number.toString(16).padStart(22, '0');
const uuidSql = (table: Table, number: string): string =>
  `printf('%08x${kinds[table]}%022x', (${number}) * 2654435761 & 4294967295, ${number})`;

/** Copies a table's only row so many times, with these columns made of the number `i`. */
function multiply(
  client: Database.Database,
  table: string,
  count: number,
  made: Record<string, string>,
): void {
  const row = client.prepare(`SELECT * FROM ${table}`).get() as Record<string, unknown>;
  const columns = Object.keys(row).filter((column) => column !== 'position');
  const unknown = Object.keys(made).filter((column) => !columns.includes(column));
  if (unknown.length > 0) throw new Error(`${table} has no ${unknown}`);
  client.exec(`
    CREATE TEMP TABLE template AS SELECT * FROM ${table};
    DELETE FROM ${table};
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
    INSERT INTO ${table} (${columns.join(', ')})
    SELECT ${columns.map((column) => made[column] ?? column).join(', ')} FROM n, template;
    DROP TABLE template`);
}

/** Fills a database with services, each with an image and bound to one of the models; some are tagged. */
export async function fill(client: Database.Database, store: Store, counts: Counts): Promise<void> {
  await addTemplates(store);
  multiplyTemplates(client, counts);
}

/** Adds a resource of each kind, a binding and a tag, of which `multiplyTemplates` makes many. */
export async function addTemplates(store: Store): Promise<void> {
  const service = modelService();
  const bound = model();
  await store.addResource('ModelCenter', modelCenter(), extras(), asIs);
  await store.addResource(
    'ModelService',
    { ...service, modelServiceImages: [image(service.uuid)] },
    extras({ tags: [tag(service.uuid, 'a tag')] }),
    nothing,
  );
  await store.addResource('Model', bound, extras(), nothing);
  await store.bindModelToService(ref(bound.uuid, service.uuid), extras(), asIs);
}

/** Replaces the templates by as many of each as the counts say, on a schema of any version. */
export function multiplyTemplates(client: Database.Database, counts: Counts): void {
  const { services, models, centers, tags } = counts;
  client.pragma('foreign_keys = OFF');
  client.transaction(() => {
    const ages = { create_date: `1764071510000 + max(i - ${OLDEST}, 0) * 10`, last_op_date: 'i' };
    const owners = { model_center_uuid: uuidSql('centers', `i % ${centers}`) };
    multiply(client, 'model_centers', centers, { uuid: uuidSql('centers', 'i'), ...ages });
    multiply(client, 'models', models, {
      uuid: uuidSql('models', 'i'),
      name: `'Model ' || (i * 7919 % ${models})`,
      ...owners,
      ...ages,
    });
    multiply(client, 'model_services', services, {
      uuid: uuidSql('services', 'i'),
      name: `CASE i % 5000 WHEN 7 THEN 'ABC ' ELSE 'Service ' END || (i * 7919 % ${services})`,
      ...owners,
      ...ages,
    });
    multiply(client, 'model_service_images', services, {
      uuid: uuidSql('images', 'i'),
      model_service_uuid: uuidSql('services', 'i'),
    });
    multiply(client, 'model_service_refs', services, {
      uuid: uuidSql('refs', 'i'),
      model_uuid: uuidSql('models', `i % ${models}`),
      model_service_uuid: uuidSql('services', 'i'),
      is_default: `i < ${models}`,
    });
    multiply(client, 'tags', tags, {
      uuid: uuidSql('tags', 'i'),
      resource_uuid: uuidSql('services', `i * (${services} / ${tags})`),
      resource_type: "'ModelServiceVO'",
      tag: `CASE WHEN i % 100 THEN 'team' || (i % 97) ELSE 'Rare' END`,
      type: `CASE WHEN i % 2 THEN 'User' ELSE 'System' END`,
    });
    client.exec(`
      DELETE FROM resources;
      INSERT INTO resources SELECT uuid, 'ModelCenterVO' FROM model_centers;
      INSERT INTO resources SELECT uuid, 'ModelVO' FROM models;
      INSERT INTO resources SELECT uuid, 'ModelServiceVO' FROM model_services`);
  })();
  const broken = client.pragma('foreign_key_check') as unknown[];
  if (broken.length > 0) throw new Error(`${broken.length} rows refer to none`);
  client.pragma('foreign_keys = ON');
}
