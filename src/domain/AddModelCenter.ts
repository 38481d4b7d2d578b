import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';

/** Adds a center. Its status is always `Connected`, though nothing connects to it. */
export const AddModelCenter: Handler<'AddModelCenter'> = async (request, dependencies) => {
  const { fields, own, extras, toResult } = newResource(
    'AddModelCenter',
    'ModelCenter',
    request,
    dependencies,
  );
  const center = { ...fields, ...own, status: 'Connected' };
  return dependencies.store.addResource('ModelCenter', center, extras(), toResult);
};
