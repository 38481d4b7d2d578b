import { getRule } from './queries.ts';

/** Returns one model, or an empty list. */
export const GetModel = getRule<'GetModel'>('Model');
