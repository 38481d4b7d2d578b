import { expect, test } from 'vitest';
import { describePostgres, openPostgres, postgresDatabase } from '../support/postgres.ts';
import { extras, image, modelService } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, uuidsOf, where } from '../support/stores.ts';

describePostgres('PostgreSQL with settings of a role or database', () => {
  test('stores and finds the same', async (context) => {
    const url = new URL(await postgresDatabase(context));
    const options = url.searchParams.get('options');
    const off = '-c standard_conforming_strings=off -c array_nulls=off';
    url.searchParams.set('options', `${options} ${off}`);
    const store = await openPostgres(url.href);
    context.onTestFinished(() => store.close());
    const service = modelService({ name: 'a%b' });
    service.modelServiceImages = [{ ...image(service.uuid), vmImageUuid: null }];
    await store.addResource('ModelService', service, extras(), nothing);

    const stored = await store.find('ModelService', service.uuid);
    expect(stored?.modelServiceImages).toMatchObject(service.modelServiceImages);
    const conditions = [where('ModelService', 'name', { is: 'like', pattern: '_\\%b' })];
    expect(uuidsOf(await store.list('ModelService', { ...ALL, conditions }))).toEqual([
      service.uuid,
    ]);
  });
});
