import { queryHandler } from './queries.ts';

/** Lists models. */
export const QueryModel = queryHandler<'QueryModel'>('Model');
