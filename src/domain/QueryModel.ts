import { queryRule } from './queries.ts';

/** Lists models. */
export const QueryModel = queryRule<'QueryModel'>('Model');
