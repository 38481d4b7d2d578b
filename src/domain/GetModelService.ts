import { getRule } from './queries.ts';

/** Returns one service, or an empty list. */
export const GetModelService = getRule<'GetModelService'>('ModelService');
