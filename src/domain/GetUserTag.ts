import { getHandler } from './queries.ts';

/** Returns one user tag, or an empty list. */
export const GetUserTag = getHandler<'GetUserTag'>('UserTag');
