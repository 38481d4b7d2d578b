import { queryHandler } from './queries.ts';

/** Lists user tags. */
export const QueryUserTag = queryHandler<'QueryUserTag'>('UserTag');
