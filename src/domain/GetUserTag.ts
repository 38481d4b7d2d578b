import { getRule } from './queries.ts';

/** Returns one user tag, or an empty list. */
export const GetUserTag = getRule<'GetUserTag'>('UserTag');
