import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLiteral } from '../../src/contract/compiled.ts';
import { compileRecordMapper } from '../../src/store/fields.ts';
import { expectFailure } from '../support/failures.ts';
import { addModelService, requiredServiceParams } from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { openFileStore } from '../support/sqlite-stores.ts';
import { ALL, added } from '../support/stores.ts';

const PLANTED = 'planted by a name';

/** Names that would run as code, were they ever taken for it. */
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

/** Fails where one of the names was run. */
function expectNothingPlanted(about?: string): void {
  expect(PLANTED in globalThis, about).toBe(false);
}

describe('a compiled literal', () => {
  test('has the names as they are given, whatever stands in them', () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileNames));
    fc.assert(
      fc.property(
        // This one means another thing in a literal.
        fc.uniqueArray(names.filter((name) => name !== '__proto__')),
        (list) => {
          const values = list.map((_name, index) => `given[${index}]`);
          const make = compileLiteral<(given: unknown[]) => Record<string, unknown>>(
            ['given'],
            Object.fromEntries(list.map((name, index) => [name, values[index] ?? ''])),
          );
          const given = list.map(() => ({}));
          const made = make(given);
          expect(Object.keys(made).toSorted()).toEqual(list.toSorted());
          for (const [index, name] of list.entries()) expect(made[name]).toBe(given[index]);
        },
      ),
      { numRuns: 50 },
    );
    expectNothingPlanted();
  });

  test('is a new one each time', () => {
    const make = compileLiteral<(given: unknown) => object>(['given'], { stored: 'given' });
    const given = {};
    expect(make(given)).toEqual(make(given));
    expect(make(given)).not.toBe(make(given));
    const list = compileLiteral<(one: unknown, other: unknown) => unknown[]>(
      ['one', 'other'],
      ['other', 'one', 'one'],
    );
    expect(list(1, 2)).toEqual([2, 1, 1]);
  });

  test('of a row takes names and values for no code', () => {
    const fields = hostileNames.map((name) => ({ name, sql: undefined as never }));
    const record = compileRecordMapper(fields)(hostileNames);
    expect(record).toEqual(Object.fromEntries(hostileNames.map((name) => [name, name])));
    expectNothingPlanted();
  });
});

describe('a client’s text', () => {
  const shared = sharedServer();

  test.for(hostileNames)('is never compiled as the name of a field: %j', async (name) => {
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

  test('is never compiled as a value, a key or a parameter', async () => {
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

  test('names no field to the store either', async (context) => {
    const { store } = openFileStore(context);
    const { uuid } = await added(store);
    const listed = await store.listFields('ModelService', ALL, [...hostileNames, 'size']);
    expect(listed).toEqual([{ uuid, size: 0 }]);
    expectNothingPlanted();
  });

  test('of an unknown field is told back as it is', async () => {
    const name = `x": ${code}`;
    const answer = await shared().get(
      `${API}/model-services?${new URLSearchParams({ fields: name })}`,
    );
    expectFailure(
      answer,
      503,
      'SYS.1000',
      `inventory class[class ModelServiceInventory] not having field[${name}]`,
    );
  });
});
