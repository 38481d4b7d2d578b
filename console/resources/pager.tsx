import { Button } from '../components/button.tsx';
import { setParameters } from '../router.ts';
import { t } from '../texts/text.ts';

/** What can be chosen; no page requests more. */
export const PAGE_SIZES = [20, 50, 100];

interface Props {
  start: number;
  limit: number;
  /** Number of rows on this page. */
  shown: number;
  /** Undefined until it is known. */
  total: number | undefined;
}

/** Says which rows are shown, and leads to others. */
export function Pager({ start, limit, shown, total }: Props) {
  const go = (to: number) => setParameters({ start: to > 0 ? String(to) : undefined });
  const hasNext = total === undefined ? shown === limit : start + limit < total;
  return (
    <div class="hstack">
      <span role="status">
        {t('rows', {
          first: shown === 0 ? 0 : start + 1,
          last: start + shown,
          total: total ?? '…',
        })}
      </span>
      <span class="spacer" />
      <label>
        {t('pageSize')}{' '}
        <select
          value={limit}
          onChange={({ currentTarget }) =>
            setParameters({ limit: currentTarget.value, start: undefined })
          }
        >
          {PAGE_SIZES.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </label>
      <Button disabled={start === 0} onClick={() => go(Math.max(0, start - limit))}>
        {t('previous')}
      </Button>
      <Button disabled={!hasNext} onClick={() => go(start + limit)}>
        {t('next')}
      </Button>
    </div>
  );
}
