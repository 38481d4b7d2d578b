import { queryHandler } from './queries.ts';

/** Lists centers. */
export const QueryModelCenter = queryHandler<'QueryModelCenter'>('ModelCenter');
