import { queryRule } from './queries.ts';

/** Lists system tags. */
export const QuerySystemTag = queryRule<'QuerySystemTag'>('SystemTag');
