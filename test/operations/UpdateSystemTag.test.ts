import { describe, expect, test } from 'vitest';
import { type ExpectedError, expectRejected } from '../support/errors.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { ROOT, START_DATE, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedTags } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const TAGS = `${ROOT}/system-tags`;
const LATER_DATE = 'Nov 25, 2025 11:52:50 AM';

describeWrite({
  operation: 'UpdateSystemTag',
  list: TAGS,
  prepare: async (server) => ({
    path: `${TAGS}/${(await addTag('a tag', server)).tag.uuid}/actions`,
    params: { tag: 'b' },
  }),
  label: 'tag',
  target: { field: 'uuid', type: 'SystemTagVO', path: (uuid) => `${TAGS}/${uuid}/actions` },
  foreign: 'type',
});

const server = sharedServer();

const update = (uuid: string, updateSystemTag: unknown) =>
  server().put(`${TAGS}/${uuid}/actions`, { updateSystemTag });

const duplicate = (text: string): ExpectedError => ({
  status: 503,
  code: 'SYS.1006',
  details: expect.stringContaining(text),
});

/** A model’s system tags of these texts. */
async function addTags(texts: string[], on = server()) {
  const model = await addModel(on, { systemTags: texts });
  const { body } = await on.query(TAGS, [`resourceUuid=${model.uuid}`]);
  const tagOf = (text: string) =>
    body.inventories.find(({ tag }: { tag: string }) => tag === text) as Record<string, unknown> & {
      uuid: string;
    };
  return { model, tags: texts.map(tagOf) };
}

async function addTag(text = 'a tag', on = server()) {
  const { model, tags } = await addTags([text], on);
  return { model, tag: tags[0] as NonNullable<(typeof tags)[0]> };
}

describe('changes the text and the lastOpDate of the tag, and nothing else,', () => {
  test.each(['/actions', ''])('at …/{uuid}%s', async (suffix) => {
    const server = await startServer();
    const { tag } = await addTag('before', server);
    await addModelService(server, { systemTags: ['before'], userTags: ['before'] });
    const before = server.snapshot();
    server.advance(60_000);

    const { status, headers, body } = await server.put(`${TAGS}/${tag.uuid}${suffix}`, {
      updateSystemTag: { tag: 'after' },
    });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(tag.lastOpDate).toBe(START_DATE);
    expect(body).toEqual({
      success: true,
      inventory: { ...tag, tag: 'after', lastOpDate: LATER_DATE },
    });
    const { tags, ...others } = server.snapshot();
    expect({ ...others, tags: before.tags }).toEqual(before);
    expect(tags).toEqual(
      before.tags?.map((row) =>
        (row as { uuid: string }).uuid === tag.uuid
          ? { ...(row as object), tag: 'after', last_op_date: expect.any(Number) }
          : row,
      ),
    );
    const { body: read } = await server.get(`${TAGS}/${tag.uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test.each([
    ['the empty text', '', ''],
    ['a number', 42, '42'],
    ['its own in another case', 'A TAG', 'A TAG'],
    ['its own with a space', 'a tag ', 'a tag '],
  ])('to %s', async (_, sent, stored) => {
    const { model, tag } = await addTag();

    const { status, body } = await update(tag.uuid, { tag: sent });

    expect(status).toBe(200);
    expect(body.inventory).toEqual({ ...tag, tag: stored });
    expect(storedTags(server(), model.uuid)).toEqual([
      { type: 'System', tag: stored, resourceType: 'ModelVO' },
    ]);
  });
});

describe('takes a text', () => {
  test('that a user tag of the resource, or another resource has', async () => {
    const { model, tag } = await addTag();
    await addTag('elsewhere');
    const params = { resourceType: 'ModelVO', resourceUuid: model.uuid, tag: 'of a user' };
    await server().post(`${ROOT}/user-tags`, { params });

    for (const text of ['of a user', 'elsewhere']) {
      expect((await update(tag.uuid, { tag: text })).status).toBe(200);
    }
  });
});

describe('rejects, changing nothing,', () => {
  test.each(['another', ''])('the text %j of another tag of the resource', async (text) => {
    const { tags } = await addTags(['a', text]);

    await expectRejected(
      server(),
      () => update(String(tags[0]?.uuid), { tag: text }),
      duplicate(text),
    );
  });
});
