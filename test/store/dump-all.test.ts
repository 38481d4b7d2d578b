import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { dumpAll, load } from '../../src/cli/copy.ts';
import { copyError, putFilledDatabase, rowsOfFile } from '../support/copies.ts';
import { openErrorOf } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';

const options = { migrationsFolder: 'migrations', print: () => {}, clock: () => 0 };
const setting = (path: string) => ({ databaseUrl: { kind: 'file', path } as const });

/** The lines of a database with rows in every table. */
async function dumped(from: string): Promise<string[]> {
  const parts: Buffer[] = [];
  const output = new Writable({
    write: (part, _, done) => {
      parts.push(part);
      done();
    },
  });
  await dumpAll(setting(from), output, options);
  return Buffer.concat(parts)
    .toString()
    .split(/(?<=\n)/);
}

async function files(context: Finishing) {
  const folder = temporaryFolder(context);
  const from = join(temporaryFolder(context), 'from.db');
  await putFilledDatabase(from);
  return { folder, from, to: join(folder, 'to.db') };
}

/** Loads a text that arrives in parts of this many bytes, also within characters. */
function loadText(to: string, text: string, size = 1000): Promise<string> {
  const bytes = Buffer.from(text);
  const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return load(setting(to), Readable.from(parts, { objectMode: false }), options);
}

describe('load', () => {
  test.for([
    5, 1000, 1_000_000,
  ])('restores what `dump --all` wrote, in parts of %i bytes', async (size, context) => {
    const { from, to } = await files(context);
    const lines = await dumped(from);
    const rows = rowsOfFile(from);
    const count = Object.values(rows).flat().length;
    expect(await loadText(to, lines.join(''), size)).toBe(
      `${count} rows loaded into ${to} in 0 s, each compared.`,
    );
    expect(rowsOfFile(to)).toEqual(rows);
    expect(await dumped(to)).toEqual(lines);
  });

  const digest = /"digest":"./;
  test.for<[string, (lines: string[]) => string[], string]>([
    ['an empty dump', () => [], 'no dump of this version'],
    ['a seed', () => ['{"modelCenters": []}\n'], 'no dump of this version'],
    [
      'other columns',
      ([first = '', ...rest]) => [first.replace('yaml', 'yml'), ...rest],
      'no dump',
    ],
    ['a row that is left out', (lines) => lines.toSpliced(1, 1), 'damaged'],
    ['a row twice', (lines) => lines.toSpliced(1, 0, lines[1] ?? ''), "can't be used"],
    [
      'a changed text',
      (lines) => lines.map((line) => line.replace('ModelVO', 'ModelV0')),
      'damaged',
    ],
    [
      'another digest',
      (lines) => lines.map((line) => line.replace(digest, '"digest":"g')),
      'damaged',
    ],
    [
      'an end in a line',
      (lines) => [...lines.slice(0, -1), lines.at(-1)?.slice(0, -2) ?? ''],
      'damaged',
    ],
    ['an end after a table', (lines) => lines.slice(0, -1), 'damaged'],
    ['a line that is no JSON', (lines) => lines.with(2, 'a\n'), 'damaged'],
    ['more lines', (lines) => [...lines, '{}\n'], 'damaged'],
    ['a value of another type', (lines) => lines.with(1, '[1,2]\n'), 'never stores'],
  ])('rejects %s and leaves nothing behind', async ([, spoil, sentence], context) => {
    const { folder, from, to } = await files(context);
    const text = spoil(await dumped(from)).join('');
    expect(await openErrorOf(() => loadText(to, text))).toContain(sentence);
    expect(readdirSync(folder).filter((name) => !name.endsWith('-server'))).toEqual([]);
  });

  test('rejects a database that has rows, and one in memory', async (context) => {
    const { from, to } = await files(context);
    const text = (await dumped(from)).join('');
    await putFilledDatabase(to);
    expect(await openErrorOf(() => loadText(to, text))).toContain('is not empty');
    expect(rowsOfFile(to)).toEqual(rowsOfFile(from));
    const memory = { databaseUrl: { kind: 'memory' } as const };
    await expect(load(memory, Readable.from([text]), options)).rejects.toThrow('in memory');
    expect(await copyError(`file:${from}`, `file:${from}`)).toContain('the same database');
    expect(existsSync(`${to}-copying`)).toBe(false);
  });
});
