import { getHandler } from './queries.ts';

/** Returns one center, or an empty list. */
export const GetModelCenter = getHandler<'GetModelCenter'>('ModelCenter');
