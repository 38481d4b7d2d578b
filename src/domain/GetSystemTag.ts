import { getRule } from './queries.ts';

/** Returns one system tag, or an empty list. */
export const GetSystemTag = getRule<'GetSystemTag'>('SystemTag');
