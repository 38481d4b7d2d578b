import { formatNumber, t } from '../texts/text.ts';

interface Props {
  title: string;
  unit: string;
  /** One for each step, the last one now; undefined where there is none. */
  values: (number | undefined)[];
}

/** The time from the left edge to the right one, in minutes and in steps. */
export const MINUTES = 5;
export const STEPS = 150;

/** A line over time up to now, and the last value in words. */
export function Chart({ title, unit, values }: Props) {
  const top = niceTop(Math.max(1, ...values.map((value) => value ?? 0)));
  const last = values.findLast((value) => value !== undefined);
  const text = last === undefined ? '–' : `${formatNumber(last, 1)} ${unit}`;
  const path = values.map((value, index) => {
    if (value === undefined) return '';
    const point = `${STEPS + 1 - values.length + index} ${top - value}`;
    // After a gap the line begins again, with a point that is seen alone too.
    return values[index - 1] === undefined ? `M${point}h.1` : `L${point}`;
  });
  const box = { viewBox: `0 0 ${STEPS} ${top}`, preserveAspectRatio: 'none' };
  return (
    <figure class="card chart">
      <figcaption class="flex justify-between">
        <span class="text-light">{title}</span> <strong>{text}</strong>
      </figcaption>
      <svg class="w-100" role="img" aria-label={`${title}: ${text}`} {...box}>
        <path d={path.join('')} />
      </svg>
      <div class="flex justify-between hint">
        <span>{t('minutesAgo', { minutes: MINUTES })}</span>
        <span>{t('atMost', { top: `${formatNumber(top)} ${unit}` })}</span>
        <span>{t('now')}</span>
      </div>
    </figure>
  );
}

/** The next 1, 2 or 5 with zeros. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5].find((factor) => factor * power >= most) ?? 10) * power;
}
