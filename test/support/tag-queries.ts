import { beforeAll, describe, expect, test } from 'vitest';
import { addModel, addModelCenter, addModelService } from './resources.ts';
import { API, ROOT } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** The rules of listing tags of one type, of which the other type's are never a part. */
export function describeTagQueries(own: 'User' | 'System'): void {
  const other = own === 'User' ? 'System' : 'User';
  const pathOf = (type: string) => `${ROOT}/${type.toLowerCase()}-tags`;

  describe('lists tags', () => {
    const server = sharedServer();
    let service: string;
    let model: string;
    let center: string;

    const attach = async (
      type: string,
      resourceType: string,
      resourceUuid: string,
      tag: string,
    ) => {
      server().advance(1000);
      const params = { resourceType, resourceUuid, tag };
      const { status, body } = await server().post(pathOf(type), { params });
      expect(status).toBe(200);
      return body.inventory.uuid as string;
    };
    beforeAll(async () => {
      service = (await addModelService(server())).uuid;
      model = (await addModel(server())).uuid;
      center = (await addModelCenter(server())).uuid;
      await attach(own, 'ModelServiceVO', service, 'a');
      await attach(own, 'ModelVO', model, 'a');
      await attach(own, 'ModelCenterVO', center, 'b');
      await attach(other, 'ModelServiceVO', service, 'a');
      await attach(other, 'ModelVO', model, 'other');
    });

    const found = async (...conditions: string[]): Promise<string> => {
      const { body } = await server().query(pathOf(own), conditions, { replyWithCount: 'true' });
      expect(body).toMatchObject({ success: true, total: body.inventories?.length });
      const tags = body.inventories as { resourceType: string; tag: string }[];
      return tags.map(({ resourceType, tag }) => `${resourceType} ${tag}`).join(', ');
    };

    test('of the one type and never of the other', async () => {
      const all = 'ModelServiceVO a, ModelVO a, ModelCenterVO b';
      expect(await found()).toBe(all);
      expect(await found(`type=${own}`)).toBe(all);
      expect(await found(`type!=${own}`)).toBe('');
      expect(await found('tag=other')).toBe('');
      expect(await found('tag!=b')).toBe('ModelServiceVO a, ModelVO a');
    });

    test('by what they are attached to', async () => {
      const ofTwo = `resourceUuid?=${center},${service.toUpperCase()}`;
      expect(await found(`resourceUuid=${model}`)).toBe('ModelVO a');
      expect(await found(ofTwo)).toBe('ModelServiceVO a, ModelCenterVO b');
      expect(await found('resourceType=modelvo')).toBe('ModelVO a');
    });

    test('until they or their resources are deleted', async () => {
      const { uuid } = await addModelService(server(), { [`${own.toLowerCase()}Tags`]: ['first'] });
      const tag = await attach(own, 'ModelServiceVO', uuid, 'second');
      const ofIt = () => found(`resourceUuid=${uuid}`);
      expect(await ofIt()).toBe('ModelServiceVO first, ModelServiceVO second');

      await server().delete(`${ROOT}/tags/${tag}`);
      expect(await ofIt()).toBe('ModelServiceVO first');
      await server().delete(`${API}/model-services/${uuid}`);
      expect(await ofIt()).toBe('');
    });
  });
}
