import { queryHandler } from './queries.ts';

/** Lists system tags. */
export const QuerySystemTag = queryHandler<'QuerySystemTag'>('SystemTag');
