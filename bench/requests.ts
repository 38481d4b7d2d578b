import examples from '../openapi/examples.json' with { type: 'json' };
import { column } from './database.ts';
import { type Answer, type LoadOptions, type Values, valuesOf } from './load.ts';
import { folder } from './run.ts';

export const PATH = '/v1/ai/model-services';

export type Load = Omit<LoadOptions, 'url'> & { path: string };

const hasUuid = (answer: Answer) => /^[0-9a-f]{32}$/.test(answer.inventory?.uuid);
export const hasCount = (count: number) => (answer: Answer) => answer.inventories?.length === count;
export const add: Load = {
  path: PATH,
  body: examples.operations.AddModelService.body,
  isRight: hasUuid,
};
export const update = (values: Values): Load => ({
  path: `${PATH}/{}`,
  method: 'PUT',
  body: { updateModelService: { description: 'changed', requestCpu: 2 } },
  values,
  isRight: hasUuid,
});
export const clone = (values: Values): Load => ({
  path: `${PATH}/{}`,
  body: { params: { name: 'a clone' } },
  values,
  isRight: hasUuid,
});
/** A load with the header for which answers say the class of each object. */
export const typed = (load: Load): Load => ({
  ...load,
  headers: { 'x-json-schema': 'true' },
  isRight: (answer) => answer.schema !== undefined && load.isRight(answer),
});

/**
 * The read loads; every request has a random uuid, name or page. Those of a large database are of so many services as
 * a small one has, spread over all: choosing among a million would take the caches from the server.
 * @param name begins the names of the files of values
 */
export function readsIn(file: string, name: string, services: number) {
  const valuesIn = (field: string) => {
    const all = column(file, 'model_services', field);
    const step = Math.ceil(all.length / services);
    return all.filter((_, index) => index % step === 0);
  };
  const uuids = valuesIn('uuid');
  // Any row may be the first one: more pages than a server could remember.
  const pages = Array.from(
    { length: Math.min(uuids.length, 10_000) - 100 },
    (_, start) => `${start}`,
  );
  const from = (field: string, all: string[]) => valuesOf(folder, `${name}-${field}`, all);
  return {
    get: { path: `${PATH}/{}`, values: from('uuids', uuids), isRight: hasCount(1) },
    name: {
      path: `${PATH}?q=name={}`,
      values: from('names', valuesIn('name')),
      isRight: hasCount(1),
    },
    list: {
      path: `${PATH}?limit=100&start={}`,
      values: from('pages', pages),
      isRight: hasCount(100),
    },
  };
}
