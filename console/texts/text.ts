import { effect, signal } from '@preact/signals';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type TextKey = keyof typeof en;
export type Language = 'en' | 'zh';

const STORED = 'aios-language';
const texts: Record<Language, Record<TextKey, string>> = { en, zh };

function initialLanguage(): Language {
  const wanted = localStorage.getItem(STORED) ?? navigator.language;
  return wanted.startsWith('zh') ? 'zh' : 'en';
}

export const language = signal<Language>(initialLanguage());

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

export function setLanguage(chosen: Language): void {
  localStorage.setItem(STORED, chosen);
  language.value = chosen;
}

/** The text in the present language, with values in the place of `{name}`. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[language.value][key].replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? formatNumber(value) : value;
  });
}

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
