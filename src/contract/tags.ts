import { listOf, verbatim } from './schema.ts';

const tag = verbatim('A tag.', { max: 4096 });

/** What every write may carry beside its wrapper or inside it (decision 29). */
export const tagFields = {
  systemTags: listOf('System tags to attach, kept as sent; duplicates are dropped.', tag),
  userTags: listOf('User tags to attach, kept as sent; duplicates are dropped.', tag),
};
