import { language } from './text.ts';

/** A number with at most this many digits after the point. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString(language.value, { maximumFractionDigits: digits });
}

/** A point in time, by the clock of the browser. */
export function formatTime(time: string | number | Date): string {
  return new Date(time).toLocaleString(language.value, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
}

/** The time of a day, with milliseconds. */
export function formatMoment(time: string): string {
  const date = new Date(time);
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${date.toLocaleTimeString('en-GB')}.${milliseconds}`;
}
