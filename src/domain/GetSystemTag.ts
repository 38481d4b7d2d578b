import { getHandler } from './queries.ts';

/** Returns one system tag, or an empty list. */
export const GetSystemTag = getHandler<'GetSystemTag'>('SystemTag');
