import { beforeAll, describe, expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { describePaging } from '../support/paging.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API, ROOT, type Server } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const PATH = `${ROOT}/system-tags`;

describeList('SystemTag');
describePaging('SystemTag');

describe('lists tags', () => {
  const server = sharedServer();
  let service: string;
  let model: string;
  let center: string;

  const attach = async (
    server: Server,
    type: string,
    resourceType: string,
    resourceUuid: string,
    tag: string,
  ) => {
    server.advance(1000);
    const params = { resourceType, resourceUuid, tag };
    const { status, body } = await server.post(`${ROOT}/${type}-tags`, { params });
    expect(status).toBe(200);
    return body.inventory.uuid as string;
  };
  beforeAll(async () => {
    service = (await addModelService(server())).uuid;
    model = (await addModel(server())).uuid;
    center = (await addModelCenter(server())).uuid;
    await attach(server(), 'system', 'ModelServiceVO', service, 'a');
    await attach(server(), 'system', 'ModelVO', model, 'a');
    await attach(server(), 'system', 'ModelCenterVO', center, 'b');
    await attach(server(), 'user', 'ModelServiceVO', service, 'a');
    await attach(server(), 'user', 'ModelVO', model, 'other');
  });

  const found = async (...conditions: string[]) => {
    const { body } = await server().query(PATH, conditions, { replyWithCount: 'true' });
    expect(body).toMatchObject({ success: true, total: body.inventories?.length });
    return body.inventories.map(
      ({ resourceType, tag }: { resourceType: string; tag: string }) => `${resourceType} ${tag}`,
    );
  };

  test('of the one type and never of the other', async () => {
    const mine = ['ModelServiceVO a', 'ModelVO a', 'ModelCenterVO b'];
    expect(await found()).toEqual(mine);
    expect(await found('type=System')).toEqual(mine);
    expect(await found('type=User')).toEqual([]);
    expect(await found('type!=System')).toEqual([]);
    expect(await found('tag=other')).toEqual([]);
    expect(await found('tag!=b')).toEqual(['ModelServiceVO a', 'ModelVO a']);
    const { body } = await server().query(PATH, [], { count: 'true' });
    expect(body).toEqual({ success: true, total: 3 });
  });

  test('by what they are attached to', async () => {
    expect(await found(`resourceUuid=${model}`)).toEqual(['ModelVO a']);
    expect(await found(`resourceUuid?=${center},${service.toUpperCase()}`)).toEqual([
      'ModelServiceVO a',
      'ModelCenterVO b',
    ]);
    expect(await found(`resourceUuid!=${service}`)).toEqual(['ModelVO a', 'ModelCenterVO b']);
    expect(await found('resourceType=modelvo')).toEqual(['ModelVO a']);
    expect(await found('resourceType~=Model%VO', 'tag=a')).toEqual([
      'ModelServiceVO a',
      'ModelVO a',
    ]);
  });

  test('that were attached by writes to the resource', async () => {
    const param = { name: 'tagged', installPath: '/', modelCenterUuid: center };
    const { body } = await server().post(`${API}/models`, { param, systemTags: ['written'] });
    const { uuid } = body.inventory;

    expect(await found(`resourceUuid=${uuid}`)).toEqual(['ModelVO written']);
    await server().delete(`${API}/models/${uuid}`);
    expect(await found(`resourceUuid=${uuid}`)).toEqual([]);
  });

  test('no longer once they or their resources are deleted', async () => {
    const { uuid } = await addModelService(server());
    const tag = await attach(server(), 'system', 'ModelServiceVO', uuid, 'first');
    await attach(server(), 'system', 'ModelServiceVO', uuid, 'second');
    expect(await found(`resourceUuid=${uuid}`)).toEqual([
      'ModelServiceVO first',
      'ModelServiceVO second',
    ]);

    await server().delete(`${ROOT}/tags/${tag}`);
    expect(await found(`resourceUuid=${uuid}`)).toEqual(['ModelServiceVO second']);

    await server().delete(`${API}/model-services/${uuid}`);
    expect(await found(`resourceUuid=${uuid}`)).toEqual([]);
    expect(await found('tag?=first,second')).toEqual([]);
  });
});
