import { describe, expect, test } from 'vitest';
import { kinds } from './deletions.ts';
import { type ExpectedError, expectRejected, notFound } from './errors.ts';
import { populate } from './fixtures.ts';
import { addModel, addModelService } from './resources.ts';
import { API, ROOT, type Server, START, START_DATE, startServer } from './server.ts';
import { sharedServer } from './shared-server.ts';
import { storedTags } from './stored.ts';
import { describeWrite } from './writes.ts';

type Kind = keyof typeof kinds;
const everyKind = Object.keys(kinds) as Kind[];

/** What creating a tag of either type does (F46, F47). */
export function describeTagCreation(type: 'User' | 'System'): void {
  const operation = `Create${type}Tag` as const;
  const path = `${ROOT}/${type.toLowerCase()}-tags`;
  /** The list beside a wrapper that attaches such tags. */
  const list = `${type.toLowerCase()}Tags`;
  const other = {
    path: `${ROOT}/${type === 'User' ? 'system' : 'user'}-tags`,
    list: type === 'User' ? 'systemTags' : 'userTags',
    type: type === 'User' ? 'System' : 'User',
  };

  describeWrite({
    operation,
    list: path,
    prepare: async (server) => ({ path, params: await ofNewModel(server) }),
    label: 'tag',
    foreign: 'type',
  });

  const server = sharedServer();

  const create = (params: unknown) => server().post(path, { params });
  const ofModel = (tag: unknown = 'a tag') => ofNewModel(server(), tag);
  const duplicate = (tag: string): ExpectedError => ({
    status: 503,
    code: 'SYS.1006',
    details: expect.stringContaining(tag),
  });

  describe('attaches a tag', () => {
    test.each(everyKind)('to a %s, and answers exactly that', async (kind) => {
      const server = await startServer();
      const { uuid: resourceUuid } = await kinds[kind].add(server);
      const params = { resourceType: kinds[kind].type, resourceUuid, tag: 'a tag' };

      const { status, headers, body } = await server.post(path, { params });

      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(Object.keys(body)[0]).toBe('success');
      const inventory = {
        uuid: expect.stringMatching(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/),
        ...params,
        type,
        ...(type === 'System' && { inherent: false }),
        createDate: START_DATE,
        lastOpDate: START_DATE,
      };
      expect(body).toEqual({ success: true, inventory });
      const { body: read } = await server.get(`${path}/${body.inventory.uuid}`);
      expect(read).toEqual({ success: true, inventories: [body.inventory] });
      const { body: listed } = await server.query(path, [`resourceUuid=${resourceUuid}`]);
      expect(listed).toEqual({ success: true, inventories: [body.inventory] });
      const { body: otherRead } = await server.get(`${other.path}/${body.inventory.uuid}`);
      expect(otherRead).toEqual({ success: true, inventories: [] });
    });

    test('changing nothing else, and no date of the resource', async () => {
      const server = await startServer();
      const { uuid: resourceUuid } = await addModel(server, { [other.list]: ['a tag'] });
      const before = server.snapshot();
      server.advance(60_000);

      const params = { resourceType: 'ModelVO', resourceUuid, tag: 'a tag' };
      const { body } = await server.post(path, { params });

      const { tags, ...others } = server.snapshot();
      expect({ ...others, tags: before.tags }).toEqual(before);
      expect(tags).toEqual([
        ...(before.tags ?? []),
        expect.objectContaining({
          uuid: body.inventory.uuid,
          resource_uuid: resourceUuid,
          resource_type: 'ModelVO',
          type,
          tag: 'a tag',
          create_date: START + 60_000,
          last_op_date: START + 60_000,
        }),
      ]);
    });

    test.each([
      ['empty', '', ''],
      ['a number', 42, '42'],
      ['in spaces and lines', '\u0001\t a\r\n ', '\u0001\t a\r\n '],
      ['quotes and wildcards', `%_\\'";--`, `%_\\'";--`],
    ])('whose text is %s', async (_, sent, stored) => {
      const params = await ofModel(sent);

      const { status, body } = await create(params);

      expect(status).toBe(200);
      expect(body.inventory.tag).toBe(stored);
      expect(storedTags(server(), params.resourceUuid)).toEqual([
        { type, tag: stored, resourceType: 'ModelVO' },
      ]);
      const { body: read } = await server().get(`${path}/${body.inventory.uuid}`);
      expect(read.inventories).toEqual([body.inventory]);
    });
  });

  describe('rejects a duplicate', () => {
    test.each(['a tag', '', 'x'.repeat(4096)])('of %j', async (tag) => {
      const params = await ofModel(tag);
      await create(params);

      await expectRejected(server(), () => create(params), {
        ...duplicate(''),
        details: expect.stringContaining(tag.slice(0, 4000)),
      });
    });

    test('of a tag that came with its resource, or with an update of it', async () => {
      const { uuid } = await addModelService(server(), {
        [list]: ['added'],
        [other.list]: ['other'],
      });
      await server().put(`${API}/model-services/${uuid}`, {
        updateModelService: {},
        [list]: ['updated'],
      });
      const params = (tag: string) => ({
        resourceType: 'ModelServiceVO',
        resourceUuid: uuid,
        tag,
      });

      for (const tag of ['added', 'updated']) {
        await expectRejected(server(), () => create(params(tag)), duplicate(tag));
      }
      expect((await create(params('other'))).status).toBe(200);
    });
  });

  describe('rejects', () => {
    test.each(
      everyKind.flatMap((kind) => everyKind.map((asked) => [kind, asked] as const)),
    )('the uuid of a %s for that of a %s, unless it is one', async (kind, asked) => {
      const { uuid: resourceUuid } = await kinds[kind].add(server());
      const params = { resourceType: kinds[asked].type, resourceUuid, tag: 'a tag' };

      if (kind === asked) expect((await create(params)).status).toBe(200);
      else {
        await expectRejected(
          server(),
          () => create(params),
          notFound('resourceUuid', resourceUuid, kinds[asked].type),
        );
      }
    });

    test('the uuid of nothing, of a tag, ref or session, in capitals, or of what is gone', async () => {
      const { models, tags, session } = await populate(server());
      const [model] = models;
      const refUuid = String(
        server().rows('model_service_refs', `model_uuid = '${model}'`)[0]?.uuid,
      );
      const gone = await addModel(server());
      await server().delete(`${API}/models/${gone.uuid}`);
      const uuids = [
        '6c1a5f6167944aa1886294842075279f',
        'no-such',
        '',
        "' OR 1=1 --",
        String(tags[model]?.user),
        String(tags[model]?.system),
        session,
        refUuid,
        model.toUpperCase(),
        gone.uuid,
        'u'.repeat(255),
      ];
      for (const resourceUuid of uuids) {
        await expectRejected(
          server(),
          () => create({ resourceType: 'ModelVO', resourceUuid, tag: 'a tag' }),
          notFound('resourceUuid', resourceUuid, 'ModelVO'),
        );
      }
    });
  });
}

/** Parameters for a tag of a new model. */
async function ofNewModel(server: Server, tag: unknown = 'a tag') {
  return { resourceType: 'ModelVO', resourceUuid: (await addModel(server)).uuid, tag };
}
