import { queryRule } from './queries.ts';

/** Lists centers. */
export const QueryModelCenter = queryRule<'QueryModelCenter'>('ModelCenter');
