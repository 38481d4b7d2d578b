import { getHandler } from './queries.ts';

/** Returns one service, or an empty list. */
export const GetModelService = getHandler<'GetModelService'>('ModelService');
