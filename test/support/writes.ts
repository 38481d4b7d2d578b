import { describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, mandatory } from './errors.ts';
import { type CallOptions, recordingLogger, startServer } from './server.ts';
import { storedField } from './stored.ts';
import { type WriteFacts, withoutUuids, writeContext } from './write-context.ts';
import { describeNewUuid, describeTags, describeTarget, describeUpdate } from './write-parts.ts';

const NO_ACTION = "the body doesn't contain action mapping to the URL";

/**
 * What every write of a resource has in common: its answer, bodies, wrappers, tags, paths, unknown
 * fields, references and atomicity.
 */
export function describeWrite(facts: WriteFacts): void {
  const context = writeContext(facts);
  const { operation, list, label, foreign, hidden = [], entry, wrapper, wrappers } = context;
  const { parameters, required, isUpdate, suffixes, nulls } = context;
  const { server, unchanged, strict, call, ready, inventoryOf, read } = context;
  const special = ['resourceUuid', ...(facts.special ?? [])];
  const [first] = required;

  describe('the answer', () => {
    test('says success first and has the inventory that reading returns', async () => {
      const { send } = await ready(server());

      const answer = await send();

      expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(Object.keys(answer.body)).toEqual(['success', 'inventory']);
      const inventory = inventoryOf(answer);
      expect(await read(server(), inventory.uuid)).toEqual(inventory);
      if (!isUpdate) expect(inventory.uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    });

    test('is the same for null as for an absent parameter', async () => {
      const [plain, sent] = [await ready(server()), await ready(server())];

      const inventory = inventoryOf(await sent.send(nulls, { systemTags: null, userTags: null }));

      expect(withoutUuids(inventory)).toEqual(withoutUuids(inventoryOf(await plain.send())));
    });

    if (facts.kind !== undefined) {
      const { kind } = facts;
      const plain = Object.entries(parameters).filter(([field]) => !special.includes(field));
      test.each(plain)('has %s, which is stored', async (field, { accepted }) => {
        const { send } = await ready(server());
        for (const { sent, stored } of accepted.slice(0, 3)) {
          const plain = inventoryOf(await send());

          const inventory = inventoryOf(await send({ [field]: sent }));

          const shown = hidden.includes(field) ? undefined : stored;
          expect(inventory[field]).toEqual(shown);
          expect(withoutUuids({ ...inventory, [field]: 0 })).toEqual(
            withoutUuids({ ...plain, [field]: 0 }),
          );
          expect(storedField(server(), kind, inventory.uuid, field, stored)).toEqual(stored);
          expect(await read(server(), inventory.uuid)).toEqual(inventory);
        }
      });
    }

    if (hidden.length > 0) {
      test('has no hidden parameter, nor has any log line', async () => {
        const { logger, lines } = recordingLogger();
        const server = await startServer({ logger });
        const { path, send, params } = await ready(server);
        const secrets = Object.fromEntries(
          hidden.flatMap((field) => {
            const { schema } = parameters[field] as { schema: Schema };
            if (schema.enum ?? schema.items?.enum ?? schema.pattern) return [];
            const text = 'hidden-text';
            const values: Record<string, unknown> = {
              string: text,
              array: [text],
              object: { a: text },
            };
            const value = values[String(schema.type)];
            return value === undefined ? [] : [[field, value]];
          }),
        );

        const answer = await send(secrets);
        const misspelt = Object.entries(secrets).map(([field, value]) => [`${field}x`, value]);
        await send(Object.fromEntries(misspelt));
        await call(server, path, {
          [wrapper]: { ...params, ...secrets, [Object.keys(parameters)[0] as string]: {} },
        });
        for (const field of Object.keys(secrets)) await send({ [field]: { a: secrets } });

        const { uuid } = inventoryOf(answer);
        for (const { body } of [
          answer,
          await server.get(`${list}/${uuid}`),
          await server.get(list),
        ]) {
          expect(JSON.stringify(body)).not.toMatch(new RegExp(`hidden-|${hidden.join('|')}`));
        }
        expect(lines.length).toBeGreaterThanOrEqual(4);
        expect(lines.join()).not.toContain('hidden-text');
      });
    }
  });

  describe('the body', () => {
    test.each<[string, unknown, CallOptions]>([
      ['none', undefined, {}],
      ['empty', undefined, { raw: '' }],
      ['none but its Content-Type', undefined, { headers: { 'content-type': 'application/json' } }],
      ['null', null, {}],
      ['an empty object', {}, {}],
      ['an empty wrapper', { [wrapper]: {} }, {}],
      ['a wrapper of null', { [wrapper]: null }, {}],
      ['null for every parameter', { [wrapper]: { ...nulls, ...allNull(required) } }, {}],
      ['the wrapper in another case', { [wrapper.toUpperCase()]: { [label]: 'no' } }, {}],
      ['the wrapper of another operation', { updateNothing: { [label]: 'no' } }, {}],
      ['parameters without a wrapper', { [label]: 'no' }, {}],
      ['tags alone', { userTags: ['a'] }, {}],
      ['inherited names', undefined, { raw: `{"${wrapper}":{"__proto__":{"${label}":"no"}}}` }],
      [
        'an inherited wrapper',
        undefined,
        { raw: `{"__proto__":{"${wrapper}":{"${label}":"no"}}}` },
      ],
    ])('may be %s, which gives no parameter', async (_, body, options) => {
      const isNamed = String(options.raw ?? JSON.stringify(body)).startsWith(`{"${wrapper}"`);
      for (const suffix of suffixes) {
        const { path, send } = await ready(unchanged());
        const url = path.replace(/(\/actions)?$/, suffix);
        const rejection =
          entry.needsAction && !isNamed
            ? invalidArgument(`${NO_ACTION}[${url.slice('/zstack'.length)}]`)
            : first && mandatory(operation, first);
        if (rejection) {
          await expectRejected(unchanged(), () => call(unchanged(), url, body, options), rejection);
        } else {
          const plain = inventoryOf(await send());
          const inventory = inventoryOf(await call(unchanged(), url, body, options));
          expect(withoutUuids(inventory)).toEqual(withoutUuids(plain));
        }
      }
    });

    test.each(wrappers)('may have the wrapper %s', async (name) => {
      const { path, params } = await ready(server());
      expect((await call(server(), path, { [name]: params })).status).toBe(200);
    });

    if (wrappers.length > 1 && label in parameters) {
      test('has its own wrapper before the other, unless that is null', async () => {
        const [own = '', other = ''] = wrappers;
        for (const isNull of [false, true]) {
          const { path, params } = await ready(server());
          const answer = await call(server(), path, {
            [other]: { ...params, [label]: 'other' },
            [own]: isNull ? null : { ...params, [label]: 'own' },
          });
          expect(inventoryOf(answer)[label]).toBe(isNull ? 'other' : 'own');
        }
      });
    }

    test.each<[string, unknown, string]>([
      ...wrappers.flatMap((name) =>
        ['x', [], 0, false].map((value): [string, unknown, string] => [
          `the ${typeof value} ${JSON.stringify(value)} for ${name}`,
          { [wrapper]: null, [name]: value },
          `[${name}] field is excepted an object, but was [${shown(value)}].`,
        ]),
      ),
      ['a list', [1], '[body] field is excepted an object, but was [[1]].'],
      ['a text', 'x', '[body] field is excepted an object, but was [x].'],
    ])('is rejected with %s', async (_, body, details) => {
      const { path } = await ready(unchanged());
      await expectRejected(
        unchanged(),
        () => call(unchanged(), path, body),
        invalidArgument(details),
      );
    });

    test.each(required)('is rejected without %s', async (field) => {
      const { send } = await ready(unchanged());
      await expectRejected(
        unchanged(),
        () => send({ [field]: undefined }),
        mandatory(operation, field),
      );
    });
  });

  describe('unknown fields', () => {
    test('are ignored', async () => {
      const [plain, other] = [await ready(server()), await ready(server())];

      const inventory = inventoryOf(
        await other.send(
          { [foreign]: 'a', uuid: 'b', createDate: 'c', nmae: 'typo' },
          { other: { deep: [1] } },
        ),
      );

      expect(withoutUuids(inventory)).toEqual(withoutUuids(inventoryOf(await plain.send())));
    });

    test('are rejected where the settings say so', async () => {
      const { path, params } = await ready(strict());
      for (const [body, field] of [
        [{ [wrapper]: params, other: 1 }, 'other'],
        [{ [wrapper]: { ...params, nmae: null } }, 'nmae'],
        [{ [wrappers.at(-1) as string]: { ...params, [foreign]: '' } }, foreign],
      ] as const) {
        await expectRejected(
          strict(),
          () => call(strict(), path, body),
          invalidArgument(expect.stringContaining(`field[${field}]`)),
        );
      }
    });

    test('are none of the parameters and tags', async () => {
      const tags = { systemTags: [], userTags: [] };
      for (const [body, beside] of [
        [{ ...nulls, ...tags }, tags],
        [nulls, {}],
      ] as const) {
        const { send } = await ready(strict());
        expect((await send(body, beside)).status).toBe(200);
      }
    });
  });

  if (facts.tagged !== undefined) describeTags(context, facts.tagged);
  if (facts.target) describeTarget(context, facts.target);
  // Tags have a parameter of the same name for their resource.
  if ('tagUuids' in parameters) describeNewUuid(context);
  if (isUpdate && facts.kind !== undefined) describeUpdate(context);
}

interface Schema {
  type?: string;
  enum?: [];
  items?: Schema;
  pattern?: string;
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const allNull = (fields: readonly string[]) =>
  Object.fromEntries(fields.map((field) => [field, null]));
