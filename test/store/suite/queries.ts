import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type EntityKind,
  type QueryField,
  queryableEntities,
  queryField,
} from '../../../src/contract/schemas/fields.ts';
import type { Scalar, Sort, Store } from '../../../src/domain/store.ts';
import {
  everyCenterField,
  everyModelField,
  everyServiceField,
  extras,
  image,
  model,
  modelCenter,
  modelService,
  newUuid,
  ref,
  tag,
} from '../../support/records.ts';
import { asIs, nothing } from '../../support/results.ts';
import { ALL, added, addedModel, type OpenStore, uuidsOf } from '../../support/stores.ts';

type Row = { uuid: string; createDate: number } & Record<string, Scalar | null | undefined>;

/** Owners of the tags, in which their order shows as well. */
const owners = ['b', '0', 'f'].map((digit) => digit.repeat(32));

const kinds: {
  kind: EntityKind;
  minimal: () => object;
  full: () => object;
  add: (store: Store, row: never) => Promise<unknown>;
  /** What two rows can't both have. */
  once?: (row: Row) => string;
}[] = [
  {
    kind: 'ModelService',
    minimal: modelService,
    full: everyServiceField,
    add: (store, row) => store.addModelService(row, extras(), nothing),
  },
  {
    kind: 'Model',
    minimal: model,
    full: everyModelField,
    add: (store, row) => store.addModel(row, extras(), nothing),
  },
  {
    kind: 'ModelCenter',
    minimal: modelCenter,
    full: everyCenterField,
    add: (store, row) => store.addModelCenter(row, extras(), asIs),
  },
  ...(['User', 'System'] as const).map((type) => ({
    kind: `${type}Tag` as const,
    minimal: () => tag(owners[0] ?? '', 'a tag', { type }),
    full: () => tag(owners[0] ?? '', 'a tag', { type }),
    add: async (store: Store, row: never) => {
      await store.addTag(row, nothing);
      // The other type's are in the same places, and may not show.
      const other = type === 'User' ? 'System' : 'User';
      await store.addTag(
        {
          ...(row as ReturnType<typeof tag>),
          uuid: newUuid(),
          type: other,
        } as never,
        nothing,
      );
    },
    once: ({ resourceUuid, tag }: Row) => `${resourceUuid} ${tag}`,
  })),
];

/** The kind's own fields that can be sorted by. */
function fieldsOf(kind: EntityKind): QueryField[] {
  const names = Object.keys(queryableEntities[kind].inventory.properties);
  return names.flatMap((name) => queryField(kind, name) ?? []);
}

/** Few values of each type, so that many rows have the same, or the same but for the case of letters. */
const values: Record<QueryField['type'], Scalar[]> = {
  text: ['', 'a', 'A', 'aB', 'ab', 'Z', 'b', '_', '[', '~', ' a', 'é', 'É', '\uffee', '😀'],
  integer: [0, 1, 2, 10, 2_147_483_647],
  long: [-Number.MAX_SAFE_INTEGER, -1, 0, 1, Number.MAX_SAFE_INTEGER],
  boolean: [false, true],
  time: [0, 1, 999, 1000, 253_402_300_799_999],
};

/** Fields of tags that must be what they are. */
const fixed: Record<string, Scalar[]> = {
  resourceUuid: owners,
  resourceType: ['ModelServiceVO'],
};

function arbitraryRow({ kind, minimal, full }: (typeof kinds)[number]): fc.Arbitrary<Row> {
  const isTag = kind.endsWith('Tag');
  const fields = fieldsOf(kind).filter(
    ({ name }) =>
      name in full() && !['uuid', ...(isTag ? ['type', 'inherent'] : [])].includes(name),
  );
  const fieldValues = fields.map(({ name, type }) => {
    const given = fc.constantFrom(...((isTag && fixed[name]) || values[type]));
    return [name, name in minimal() ? given : fc.option(given, { freq: 2 })];
  });
  return fc
    .record(Object.fromEntries(fieldValues))
    .map((given) => ({ ...minimal(), ...given, uuid: newUuid() }) as never);
}

/** What a row's place in an order depends on. */
interface SortKey {
  value: Scalar | null;
  createDate: number;
  uuid: string;
}

const sortKeyOf = (row: Row, sort: Sort | undefined): SortKey => ({
  value: sort ? (row[sort.field.name] ?? null) : null,
  createDate: row.createDate,
  uuid: row.uuid,
});

/** Without regard to the case of ASCII letters, otherwise by code point; nothing comes first. */
function compareValues(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a !== 'string') return Number(a) - Number(b);
  const [first, second] = [a, String(b)].map((text) =>
    Buffer.from(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  ) as [Buffer, Buffer];
  return Buffer.compare(first, second);
}

const compare = (sort: Sort | undefined) => (a: SortKey, b: SortKey) => {
  const values = sort ? compareValues(a.value, b.value) : 0;
  if (values !== 0) return sort?.descending ? -values : values;
  return a.createDate - b.createDate || compareValues(a.uuid, b.uuid);
};

/** Lists and pages of each kind. */
export function describeQueries(open: OpenStore): void {
  describe.each(kinds)('a list of $kind', ({ kind, minimal, add, once, ...of }) => {
    const openFilled = async (context: Parameters<OpenStore>[0], rows: readonly Row[]) => {
      const store = await open(context);
      if (kind.endsWith('Tag')) for (const uuid of owners) await added(store, { uuid });
      for (const row of rows) await add(store, row as never);
      return store;
    };
    const sorts = [
      undefined,
      ...fieldsOf(kind).flatMap((field) => [
        { field, descending: false },
        { field, descending: true },
      ]),
    ];
    const someRow = arbitraryRow({ kind, minimal, add, ...of });
    const someRows = fc
      .uniqueArray(someRow, { maxLength: 24, selector: once ?? (({ uuid }) => uuid) })
      // One in two of one age, so that their uuids decide.
      .map((rows) => rows.map((row, index) => (index % 2 ? { ...row, createDate: 1000 } : row)));

    test('is in one order, whichever pages it is read in', async (context) => {
      await fc.assert(
        fc.asyncProperty(someRows, fc.integer({ min: 1, max: 9 }), async (rows, limit) => {
          const store = await openFilled(context, rows);
          for (const sort of sorts) {
            const name = `${sort?.descending ? '-' : '+'}${sort?.field.name}`;
            const expected = rows.map((row) => sortKeyOf(row, sort)).toSorted(compare(sort));
            const fields = ['uuid', 'createDate', ...(sort ? [sort.field.name] : [])];
            const list = async (start: number, most: number) => {
              const query = { conditions: [], ...(sort && { sort }), start, limit: most };
              const page = (await store.listFields(kind, query, fields)) as Row[];
              return page.map((row) => sortKeyOf(row, sort));
            };
            expect(await list(0, ALL.limit), name).toEqual(expected);

            const paged: SortKey[] = [];
            for (let start = 0; start <= rows.length; start += limit) {
              paged.push(...(await list(start, limit)));
            }
            expect(paged, name).toEqual(expected);
          }
        }),
        { numRuns: 2 },
      );
    });

    test('can be had with some fields alone, as the whole records have them', async (context) => {
      const rows = fc.sample(someRow, { numRuns: 5, seed: 13 });
      const distinct = [...new Map(rows.map((row) => [once?.(row) ?? row.uuid, row])).values()];
      const store = await openFilled(context, distinct);
      const whole = (await store.list(kind, ALL)) as unknown as Row[];
      const names = fieldsOf(kind).map(({ name }) => name);
      const pick = (asked: string[]) =>
        whole.map((row) => Object.fromEntries(asked.map((name) => [name, row[name]])));
      for (const name of names) {
        const asked = [...new Set(['uuid', name])];
        expect(await store.listFields(kind, ALL, asked), name).toEqual(pick(asked));
      }
      expect(await store.listFields(kind, ALL, names)).toEqual(pick(names));
      expect(await store.listFields(kind, ALL, names.toReversed())).toEqual(pick(names));
      const page = { ...ALL, start: 1, limit: 2 };
      expect(await store.listFields(kind, page, ['uuid'])).toEqual(pick(['uuid']).slice(1, 3));
    });
  });

  describe('a page', () => {
    test('of services has each one’s own images and refs', async (context) => {
      const store = await open(context);
      const bound = [await addedModel(store), await addedModel(store)];
      const services = Array.from({ length: 6 }, (_, index) => {
        const uuid = newUuid();
        return modelService({
          uuid,
          name: `service ${5 - index}`,
          modelServiceImages: Array.from({ length: index % 3 }, () => image(uuid)),
          modelServiceRefs: bound.slice(0, index % 3).map((one) => ref(one.uuid, uuid)),
        });
      });
      for (const service of services) await store.addModelService(service, extras(), nothing);
      const name = queryField('ModelService', 'name');
      if (!name) throw new Error('a service has no name');
      const page = await store.list('ModelService', {
        conditions: [],
        sort: { field: name, descending: true },
        start: 1,
        limit: 4,
      });
      const parts = ({ modelServiceImages, modelServiceRefs }: (typeof page)[number]) => [
        uuidsOf(modelServiceImages),
        uuidsOf(modelServiceRefs),
      ];
      expect(page.map(parts)).toEqual(services.slice(1, 5).map(parts));
    });
  });
}
