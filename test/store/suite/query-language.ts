import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dateFormatter, dateParser } from '../../../src/contract/dates.ts';
import { ApiError } from '../../../src/contract/errors.ts';
import { WILDCARDS_MAX } from '../../../src/contract/schemas/query.ts';
import { parseConditions, parseFields, parseSort } from '../../../src/domain/query-language.ts';
import type { PageQuery, Sort, Store } from '../../../src/domain/store.ts';
import { opening } from '../../support/opening.ts';
import { fill, type QueryFixtures, queryFixtures, rowsOf } from '../../support/query-fixtures.ts';
import {
  OracleError,
  type OracleKind,
  type OracleRow,
  oracleQuery,
  ownFields,
} from '../../support/query-oracle.ts';
import { conditionTexts, type QuerySpec, querySpecs } from '../../support/query-specs.ts';
import {
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
import type { OpenStore } from '../../support/stores.ts';

/** A zone that is not whole hours from UTC, and its minutes ahead. */
const ZONE = 'Asia/Kathmandu';
const MINUTES_AHEAD = 345;
const parseDate = dateParser(ZONE);
const formatDate = dateFormatter(ZONE);

/** In one of the two forms that a query may write a date in. */
function writeDate(milliseconds: number): string {
  if (milliseconds % 3 === 0) return formatDate(milliseconds);
  const clock = new Date(milliseconds + MINUTES_AHEAD * 60_000).toISOString();
  return clock.slice(0, 19).replace('T', ' ');
}

type Rows = [OracleKind, readonly OracleRow[]][];

const uuidsOf = (records: readonly { uuid?: string }[]) => records.map(({ uuid }) => uuid);

/** The server's result of a query; the error's code if it is rejected. */
async function answered(store: Store, spec: QuerySpec, q: string[]) {
  try {
    const query = { ...readQuery(spec, q), start: spec.start, limit: spec.limit };
    if (spec.limit % 2 === 0) {
      const { records, total } = await store.listWithTotal(spec.kind, query);
      return { page: uuidsOf(records), total };
    }
    return {
      page: uuidsOf(await store.list(spec.kind, query)),
      total: await store.count(spec.kind, query.conditions),
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { rejected: error.errorCode };
  }
}

function readQuery(spec: QuerySpec, q: string[]): Pick<PageQuery, 'conditions' | 'sort'> {
  const conditions = parseConditions(spec.kind, q, parseDate);
  const sort = parseSort(spec.kind, spec.sort);
  return { conditions, ...(sort && { sort }) };
}

/** The expected result (F57). */
function expected(rows: readonly OracleRow[], spec: QuerySpec, q: string[]) {
  try {
    const { page, total } = oracleQuery(rows, { ...spec, q, zone: MINUTES_AHEAD });
    return { page: uuidsOf(page), total };
  } catch (error) {
    if (!(error instanceof OracleError)) throw error;
    return { rejected: error.code };
  }
}

/** The query language on a store, which answers as an independent filter of the same resources does. */
export function describeQueryLanguage(name: string, open: OpenStore): void {
  describe(`queries on ${name}`, () => {
    async function withStore(
      fixtures: QueryFixtures,
      use: (store: Store) => Promise<void>,
    ): Promise<void> {
      const opened = opening();
      try {
        const store = await open(opened);
        await fill(store, fixtures);
        await use(store);
      } finally {
        await opened.finish();
      }
    }

    describe('each operator', () => {
      /** Nov 25, 2025 11:51:50 AM, UTC. */
      const SECOND = Date.UTC(2025, 10, 25, 11, 51, 50);
      const [at, next] = ['2025-11-25 11:51:50', 'Nov 25, 2025 11:51:51 AM'];

      const opened = opening();
      let store: Store;
      beforeAll(async () => {
        store = await open(opened);
        const bound = model({ uuid: 'f'.repeat(32) });
        await store.addResource('Model', bound, extras(), nothing);
        const centers = [
          modelCenter({
            name: 'Red',
            description: 'Red',
            managementPort: 80,
            createDate: SECOND + 999,
          }),
          modelCenter({ name: 'blue', managementPort: 443, createDate: SECOND + 1000 }),
        ];
        for (const center of centers)
          await store.addResource('ModelCenter', center, extras(), asIs);
        const [red, blue, none] = [newUuid(), newUuid(), newUuid()];
        const services = [
          modelService({
            uuid: red,
            name: 'R',
            description: 'Red',
            size: 5,
            system: true,
            createDate: SECOND,
            lastOpDate: SECOND,
            modelCenterUuid: centers[0]?.uuid as string,
            modelServiceRefs: [ref(bound.uuid, red, { isDefault: true })],
            modelServiceImages: [
              image(red, { cpuArchitecture: 'x86_64', dockerImage: 'Red', createDate: SECOND }),
              image(red, { cpuArchitecture: 'aarch64', createDate: SECOND + 1000 }),
            ],
          }),
          modelService({
            uuid: blue,
            name: 'b',
            description: 'blue',
            size: 10,
            createDate: SECOND + 1,
            lastOpDate: SECOND + 1999,
            modelCenterUuid: centers[1]?.uuid as string,
            modelServiceImages: [image(blue, { dockerImage: 'blue', createDate: SECOND + 1000 })],
          }),
          modelService({
            uuid: none,
            name: '0',
            size: -1,
            createDate: SECOND + 2,
            lastOpDate: SECOND + 60_000,
            modelCenterUuid: 'none',
          }),
        ];
        const tags = [tag(red, 'Red'), tag(red, 'two'), tag(blue, 'blue')];
        for (const service of services) {
          const own = tags.filter(({ resourceUuid }) => resourceUuid === service.uuid);
          await store.addResource('ModelService', service, extras({ tags: own }), nothing);
        }
      });
      afterAll(() => opened.finish());

      /** The names of the three that a condition finds: R, b, and 0, which lacks what can be lacked. */
      async function found(condition: string): Promise<string> {
        const conditions = parseConditions('ModelService', [condition], dateParser('UTC'));
        const services = await store.list('ModelService', { conditions, start: 0, limit: 10 });
        return services.map(({ name }) => name).join('');
      }

      const operators = '=,!=,<,<=,>,>=,~=,!~=,?=,!?=, is null, not null'.split(',');
      /** A field, a value, and the names that each operator finds, in order; `-` for none. */
      const TABLE = `
        description                        RED     R  b   b  Rb  -  R   R  b   R  b   0   Rb
        description                        blue    b  R   -  b   R  Rb  b  R   b  R   0   Rb
        size                               5       R  b0  0  R0  b  Rb  R  b0  R  b0  -   Rb0
        size                               10      b  R0  R0 Rb0 -  b   b  R0  b  R0  -   Rb0
        modelCenter.managementPort         80      R  b   -  R   b  Rb  R  b   R  b   0   Rb
        modelCenter.managementPort         443     b  R   R  Rb  -  b   b  R   b  R   0   Rb
        system                             true    R  b0  b0 Rb0 -  R   R  b0  R  b0  -   Rb0
        system                             false   b0 R   -  b0  R  Rb0 b0 R   b0 R   -   Rb0
        modelServiceRefs.isDefault         true    R  b0  -  R   -  R   R  b0  R  b0  b0  R
        modelServiceRefs.isDefault         false   -  Rb0 -  -   R  R   -  Rb0 -  Rb0 b0  R
        lastOpDate                         AT      R  b0  -  R   b0 Rb0 R  b0  R  b0  -   Rb0
        lastOpDate                         NEXT    b  R0  R  Rb  0  b0  b  R0  b  R0  -   Rb0
        modelCenter.createDate             AT      R  b   -  R   b  Rb  R  b   R  b   0   Rb
        modelCenter.createDate             NEXT    b  R   R  Rb  -  b   b  R   b  R   0   Rb
        modelServiceImages.dockerImage     RED     R  b0  b  Rb  -  R   R  b0  R  b0  0   Rb
        modelServiceImages.dockerImage     c       -  Rb0 b  b   R  R   -  Rb0 -  Rb0 0   Rb
        modelServiceImages.cpuArchitecture aarch64 R  b0  -  R   Rb Rb  R  b0  R  b0  0   Rb
        modelServiceImages.createDate      AT      R  b0  -  R   Rb Rb  R  b0  R  b0  0   Rb
        modelServiceImages.createDate      NEXT    Rb 0   R  Rb  -  Rb  Rb 0   Rb 0   0   Rb
        modelServiceRefs.modelUuid         F{32}   R  b0  -  R   -  R   R  b0  R  b0  b0  R
        __userTag__                        RED     R  b0  b  Rb  R  R   R  b0  R  b0  0   Rb
        __userTag__                        two     R  b0  Rb Rb  -  R   R  b0  R  b0  0   Rb
        __systemTag__                      red     -  Rb0 -  -   -  -   -  Rb0 -  Rb0 Rb0 -
        modelCenter.name                   RED     R  b   b  Rb  -  R   R  b   R  b   0   Rb
        modelCenter.description            red     R  -   -  R   -  R   R  -   R  -   b0  R
      `;
      const rows = TABLE.trim().split('\n');

      test.each(
        rows.map((row) => row.trim().split(/\s+/)),
      )('%s, %s', async (field, value, ...names) => {
        const text = value.replace('AT', at).replace('NEXT', next).replace('F{32}', 'F'.repeat(32));
        for (const [index, operator] of operators.entries()) {
          const condition = field + operator + (operator.endsWith('null') ? '' : text);
          expect((await found(condition)) || '-', condition).toBe(names[index]);
        }
      });

      test.each([
        ['description~=r_%', 'R'],
        ['description!~=%U%', 'R'],
        ['description?=x,RED,y', 'R'],
        ['size?=-1,10', 'b0'],
        ['size!?=-1,10', 'R'],
        ['system!=True', 'b0'],
        ['system>=TRUE', 'R'],
        ['system?=true,false', 'Rb0'],
        [`lastOpDate?=${at},${next}`, 'Rb'],
        [`lastOpDate!?=${next},${at}`, '0'],
        ['modelServiceImages.dockerImage~=%e%', 'Rb'],
        ['modelServiceImages.dockerImage!~=%u%', 'R0'],
        ['__userTag__!~=%e%', '0'],
        ['__userTag__?=two,BLUE', 'Rb'],
        ['modelCenter.name!~=%', ''],
      ])('%s finds "%s"', async (condition, names) => {
        expect(await found(condition)).toBe(names);
      });
    });

    describe('LIKE', () => {
      /** The last of all characters, and the last before the halves of pairs. */
      const [last, lastBefore] = ['\u{10ffff}', '\ud7ff'];
      const texts = [
        ...['a', 'A', 'ab', 'a%b', 'a_b', 'a\\b', 'axb', 'é', 'É', '😀', 'a😀b', '', '%', "'"],
        ...[`${last}c`, `a${lastBefore}c`, 'z\\', '-\ufffd', '-\ufffe', '-\uffff'],
      ];

      const opened = opening();
      let store: Store;
      beforeAll(async () => {
        store = await open(opened);
        for (const [age, name] of texts.entries()) {
          await store.addResource(
            'ModelService',
            modelService({ name, createDate: age }),
            extras(),
            nothing,
          );
        }
      });
      afterAll(() => opened.finish());

      test.each([
        ['', ['']],
        ['a', ['a', 'A']],
        ['A%', ['a', 'A', 'ab', 'a%b', 'a_b', 'a\\b', 'axb', 'a😀b', `a${lastBefore}c`]],
        ['a_', ['ab']],
        // One character, however many bytes or halves it has.
        ['a_b', ['a%b', 'a_b', 'a\\b', 'axb', 'a😀b']],
        ...['\ufffd', '\ufffe', '\uffff'].map((each): [string, string[]] => [
          `%${each}`,
          [`-${each}`],
        ]),
        ['-_', ['-\ufffd', '-\ufffe', '-\uffff']],
        ['_', ['a', 'A', 'é', 'É', '😀', '%', "'"]],
        ['a\\%b', ['a%b']],
        ['a\\_b', ['a_b']],
        ['a\\\\b', ['a\\b']],
        ['\\a\\x\\B', ['axb']],
        // With nothing to take, for itself.
        ['Z\\', ['z\\']],
        ['%\\', ['z\\']],
        ['%\\%%', ['a%b', '%']],
        // ASCII letters in any case.
        ['é', ['é']],
        ['É%', ['É']],
        ['%😀%', ['😀', 'a😀b']],
        ['😀%', ['😀']],
        [`${last}%`, [`${last}c`]],
        [`${last}c%`, [`${last}c`]],
        [`A${lastBefore}%`, [`a${lastBefore}c`]],
        ['%', texts],
        ['%%%', texts],
        ['%_%', texts.filter((text) => text !== '')],
        ["'", ["'"]],
        ['x', []],
      ])('%j finds %j, and its negation all others', async (pattern, expected) => {
        for (const [operator, names] of [
          ['~=', expected],
          ['!~=', texts.filter((text) => !expected.includes(text))],
        ] as const) {
          const conditions = parseConditions(
            'ModelService',
            [`name${operator}${pattern}`],
            parseDate,
          );
          const found = await store.list('ModelService', { conditions, start: 0, limit: 100 });
          expect(found.map(({ name }) => name)).toEqual(names);
        }
      });
    });

    /** A limit that is no part of the language. */
    function hasTooManyWildcards(q: readonly string[]): boolean {
      const patterns = q.filter((condition) => condition.includes('~=')).join('');
      return patterns.replace(/[^_]/g, '').length > WILDCARDS_MAX;
    }

    test('property: every query finds what a plain filter of the same resources finds, in that order', async () => {
      const queries = fc.array(querySpecs, { minLength: 20, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(queryFixtures, queries, async (fixtures, specs) => {
          const rows = rowsOf(fixtures);
          await withStore(fixtures, async (store) => {
            for (const spec of specs) {
              const q = conditionTexts(spec, rows[spec.kind], writeDate);
              if (hasTooManyWildcards(q)) continue;
              expect({ q, ...(await answered(store, spec, q)) }).toEqual({
                q,
                ...expected(rows[spec.kind], spec, q),
              });
            }
          });
        }),
        { numRuns: 50 },
      );
    });

    test('property: every field sorts a list, either way, whichever pages it is read in', async () => {
      const limits = fc.integer({ min: 1, max: 4 });
      await fc.assert(
        fc.asyncProperty(queryFixtures, limits, async (fixtures, limit) => {
          await withStore(fixtures, async (store) => {
            for (const [kind, rows] of Object.entries(rowsOf(fixtures)) as Rows) {
              for (const field of Object.keys(ownFields[kind])) {
                for (const text of [`+${field}`, `-${field}`]) {
                  const sort = parseSort(kind, text) as Sort;
                  const fields = [...new Set(['uuid', field])];
                  const paged: unknown[] = [];
                  for (let start = 0; start <= rows.length; start += limit) {
                    const query = { conditions: [], sort, start, limit };
                    paged.push(...(await store.list(kind, { ...query, fields })));
                  }
                  expect(paged, `${kind} ${text}`).toEqual(
                    oracleQuery(rows, { kind, sort: text }).page.map((row) =>
                      Object.fromEntries(fields.map((name) => [name, row[name] ?? null])),
                    ),
                  );
                }
              }
            }
          });
        }),
        { numRuns: 5 },
      );
    });

    test('property: selected fields are those of the same page', async () => {
      await fc.assert(
        fc.asyncProperty(
          queryFixtures,
          fc.constantFrom(
            'ModelService',
            'Model',
            'ModelCenter',
            'Dataset',
            'UserTag',
            'SystemTag',
          ),
          fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
          async (fixtures, kind, picks) => {
            const names = Object.keys(ownFields[kind]);
            const selected = picks.map((pick) => names[pick % names.length] as string);
            await withStore(fixtures, async (store) => {
              const query = { conditions: [], start: 0, limit: 1000 };
              const fields = parseFields(kind, selected.join(' , ')) as string[];

              const found = await store.list(kind, { ...query, fields: ['uuid', ...fields] });

              const rows = rowsOf(fixtures)[kind];
              const expectedFields = new Set(['uuid', ...selected]);
              expect(found).toEqual(
                oracleQuery(rows, { kind }).page.map((row) =>
                  Object.fromEntries([...expectedFields].map((name) => [name, row[name] ?? null])),
                ),
              );
            });
          },
        ),
        { numRuns: 30 },
      );
    });
  });
}
