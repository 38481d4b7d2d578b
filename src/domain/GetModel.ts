import { getHandler } from './queries.ts';

/** Returns one model, or an empty list. */
export const GetModel = getHandler<'GetModel'>('Model');
