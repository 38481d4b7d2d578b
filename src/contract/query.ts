import { Type } from '@sinclair/typebox';
import { boolean, INTEGER_MAX, integer, optional } from './schema.ts';

/** Resources a page holds where no limit is given (contract §4.7). */
export const DEFAULT_LIMIT = 1000;

/** The parameters of every list. */
export const PageQuery = Type.Object(
  optional({
    limit: integer('Most resources to return; 0 returns none.', {
      min: 0,
      max: INTEGER_MAX,
      default: DEFAULT_LIMIT,
    }),
    start: integer('Resources to skip.', { min: 0, max: INTEGER_MAX, default: 0 }),
    count: boolean('Return only the number of resources, as `total`.', { default: false }),
    replyWithCount: boolean('Return `total` beside the resources.', { default: false }),
  }),
);

/** Parameters of the platform's query language, which this server refuses rather than ignores. */
export const unsupportedQueryParameters = ['q', 'sort', 'fields'] as const;
