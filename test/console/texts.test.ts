import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { en } from '../../console/texts/en.ts';
import { zh } from '../../console/texts/zh.ts';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test('the texts of both languages have the same names in the same order, and the same values', () => {
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  for (const [name, text] of Object.entries(en)) {
    expect([name, placeholders(zh[name as keyof typeof zh])]).toEqual([name, placeholders(text)]);
  }
});

test('every text is used', () => {
  const sources = readdirSync('console', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/^texts|openapi\.d\.ts$/.test(name))
    .map((name) => readFileSync(`console/${name}`, 'utf8'))
    .join('\n');
  const unused = Object.keys(en).filter((name) => !sources.includes(`'${name}'`));
  expect(unused).toEqual([]);
});
