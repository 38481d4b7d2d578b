import { queryRule } from './queries.ts';

/** Lists services. */
export const QueryModelService = queryRule<'QueryModelService'>('ModelService');
