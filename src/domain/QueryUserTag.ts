import { queryRule } from './queries.ts';

/** Lists user tags. */
export const QueryUserTag = queryRule<'QueryUserTag'>('UserTag');
