import { DEFAULT_LIMIT } from '../contract/query.ts';
import type { Page } from './ports.ts';

interface PageRequest {
  limit?: number;
  start?: number;
  count?: boolean;
  replyWithCount?: boolean;
}

/**
 * Answers a list: a page, the number of all, or both (contract §4.7).
 * @param list reads a page
 * @param count counts all
 */
export async function answerPage<Inventory>(
  { limit = DEFAULT_LIMIT, start = 0, count: onlyCount, replyWithCount }: PageRequest,
  list: (page: Page) => Promise<Inventory[]>,
  count: () => Promise<number>,
): Promise<{ inventories?: Inventory[]; total?: number }> {
  if (onlyCount) return { total: await count() };
  const inventories = limit === 0 ? [] : await list({ limit, start });
  return { inventories, ...(replyWithCount && { total: await count() }) };
}
