import { queryHandler } from './queries.ts';

/** Lists services. */
export const QueryModelService = queryHandler<'QueryModelService'>('ModelService');
