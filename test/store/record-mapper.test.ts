import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRecordMapper } from '../../src/store/fields.ts';
import { addModelService, requiredServiceParams } from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { openFileStore } from '../support/sqlite-stores.ts';
import { ALL, added } from '../support/stores.ts';

const PLANTED = 'planted by a name';

/** Names that would plant a global if they ran as code. */
const code = `globalThis[${JSON.stringify(PLANTED)}] = true`;
const hostileNames = [
  `x": ${code}, "y`,
  `x: (${code}), y`,
  `'+(${code})+'`,
  `\`\${${code}}\``,
  `]; ${code}; [`,
  `}; ${code}; ({`,
  `\\": ${code}, //`,
  `\n${code}\n`,
  `\u2028${code}\u2029`,
  `*/ ${code} /*`,
  `[${code}]`,
];

/** Fails if one of the names has run as code. */
function expectNothingPlanted(about?: string): void {
  expect(PLANTED in globalThis, about).toBe(false);
}

describe('a record mapper', () => {
  const mapperOf = (names: string[]) =>
    compileRecordMapper(names.map((name) => ({ name, sql: undefined as never })));

  test('property: takes any names and values as they are', () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileNames));
    fc.assert(
      fc.property(
        // In a literal `__proto__` sets the prototype.
        fc.uniqueArray(names.filter((name) => name !== '__proto__')),
        (list) => {
          const values = list.map(() => ({}));
          const record = mapperOf(list)(values);
          expect(Object.keys(record).toSorted()).toEqual(list.toSorted());
          for (const [index, name] of list.entries()) expect(record[name]).toBe(values[index]);
        },
      ),
      { numRuns: 50 },
    );
    expectNothingPlanted();
  });

  test('runs neither names nor values as code', () => {
    const record = mapperOf(hostileNames)(hostileNames);
    expect(record).toEqual(Object.fromEntries(hostileNames.map((name) => [name, name])));
    expectNothingPlanted();
  });

  test('makes a new record each time', () => {
    const map = mapperOf(['stored']);
    expect(map([1])).toEqual(map([1]));
    expect(map([1])).not.toBe(map([1]));
  });
});

describe('a client’s text', () => {
  const shared = sharedServer();

  test.for(hostileNames)('never runs as the name of a field: %j', async (name) => {
    const server = shared();
    await addModelService(server, { name: 'there' });
    for (const parameter of [
      { fields: name },
      { fields: `uuid,${name}` },
      { sort: name },
      { q: `${name}=1` },
    ]) {
      for (const path of [`${API}/model-services`, `${ROOT}/user-tags`]) {
        const answer = await server.get(`${path}?${new URLSearchParams(parameter as never)}`);
        expect([400, 503], JSON.stringify(parameter)).toContain(answer.status);
        expect(answer.body.error.code).toMatch(/^SYS\.10(00|07)$/);
      }
    }
    expectNothingPlanted(name);
  });

  test('never runs as a value, a key or a parameter', async () => {
    const server = shared();
    const map = Object.fromEntries(hostileNames.map((name) => [name, [name]]));
    for (const name of hostileNames) {
      const param = {
        ...requiredServiceParams,
        [name]: name,
        name: `a ${name.trim()}`,
        yaml: name,
        vendorToSpecUuidsMap: map,
        userTags: [name],
      };
      const { status, body } = await server.post(`${API}/model-services`, { param });
      expect(status).toBe(200);
      expect(body.inventory).toMatchObject({ yaml: name, vendorToSpecUuidsMap: map });
      const found = await server.query(`${API}/model-services`, [`uuid=${body.inventory.uuid}`]);
      expect(found.body.inventories).toEqual([body.inventory]);
    }
    expectNothingPlanted();
  });

  test('is no field to the store either', async (context) => {
    const { store } = openFileStore(context);
    const { uuid } = await added(store);
    const listed = await store.list('ModelService', { ...ALL, fields: [...hostileNames, 'size'] });
    expect(listed).toEqual([{ uuid, size: 0 }]);
    expectNothingPlanted();
  });
});
