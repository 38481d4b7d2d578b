import { getRule } from './queries.ts';

/** Returns one center, or an empty list. */
export const GetModelCenter = getRule<'GetModelCenter'>('ModelCenter');
