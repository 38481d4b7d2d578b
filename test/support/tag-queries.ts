import { beforeAll, describe, expect, test } from 'vitest';
import { addModel, addModelCenter, addModelService } from './resources.ts';
import { API, ROOT, type Server } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** The rules of listing tags of one type, of which the other type's are never a part. */
export function describeTagQueries(own: 'User' | 'System'): void {
  const other = own === 'User' ? 'System' : 'User';
  const [mine, others] = [own, other].map((type) => type.toLowerCase()) as [string, string];
  const PATH = `${ROOT}/${mine}-tags`;

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
      await attach(server(), mine, 'ModelServiceVO', service, 'a');
      await attach(server(), mine, 'ModelVO', model, 'a');
      await attach(server(), mine, 'ModelCenterVO', center, 'b');
      await attach(server(), others, 'ModelServiceVO', service, 'a');
      await attach(server(), others, 'ModelVO', model, 'other');
    });

    const found = async (...conditions: string[]) => {
      const { body } = await server().query(PATH, conditions, { replyWithCount: 'true' });
      expect(body).toMatchObject({ success: true, total: body.inventories?.length });
      return body.inventories.map(
        ({ resourceType, tag }: { resourceType: string; tag: string }) => `${resourceType} ${tag}`,
      );
    };

    test('of the one type and never of the other', async () => {
      const all = ['ModelServiceVO a', 'ModelVO a', 'ModelCenterVO b'];
      expect(await found()).toEqual(all);
      expect(await found(`type=${own}`)).toEqual(all);
      expect(await found(`type=${other}`)).toEqual([]);
      expect(await found(`type!=${own}`)).toEqual([]);
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
      const { body } = await server().post(`${API}/models`, {
        param,
        [`${mine}Tags`]: ['written'],
      });
      const { uuid } = body.inventory;

      expect(await found(`resourceUuid=${uuid}`)).toEqual(['ModelVO written']);
      await server().delete(`${API}/models/${uuid}`);
      expect(await found(`resourceUuid=${uuid}`)).toEqual([]);
    });

    test('no longer once they or their resources are deleted', async () => {
      const { uuid } = await addModelService(server());
      const tag = await attach(server(), mine, 'ModelServiceVO', uuid, 'first');
      await attach(server(), mine, 'ModelServiceVO', uuid, 'second');
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
}
