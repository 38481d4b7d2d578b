import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (file: string) => readFileSync(file, 'utf8');

/** All of src, test, docs and README that is written by hand, but for this file. */
const files = ['src', 'test', 'docs', 'bench']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .concat(readdirSync('.').filter((name) => /^(README|CHANGELOG).*\.md$/.test(name)))
  .filter((name) => /\.(ts|mjs|md)$/.test(name) && name !== 'test/docs.test.ts');

/** Every match of a pattern, as `file: match`. */
const matches = (pattern: RegExp) =>
  files.flatMap((file) => [...read(file).matchAll(pattern)].map(([match]) => ({ file, match })));

const rules = [...read('docs/fidelity.md').matchAll(/^#+ (F\d+) /gm)].map(([, rule]) => rule);

const records = readdirSync('docs/adr').filter((name) => name !== 'README.md');
const recordOf = (name: string) => `ADR-${Number(name.slice(0, 4))}`;

test('docs/fidelity.md numbers its entries without gaps but one, and none twice', () => {
  const numbers = [...Array.from({ length: 47 }, (_, index) => index + 1), ...range(51, 62)];
  expect(rules).toEqual(numbers.map((number) => `F${number}`));
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test.each(records)('docs/adr/%s has its number in the title and a line in the index', (name) => {
  const [title = ''] = read(`docs/adr/${name}`).split('\n');
  expect(title.startsWith(`# ${recordOf(name)}: `)).toBe(true);
  expect(read('docs/adr/README.md')).toContain(`[${recordOf(name)}](${name})`);
});

describe('a citation', () => {
  test('of a rule is defined in docs/fidelity.md', () => {
    const cited = matches(/(?<![%\w])F[1-9]\d?\b/g);
    expect(cited.length).toBeGreaterThan(50);
    expect(cited.filter(({ match }) => !rules.includes(match))).toEqual([]);
  });

  test('of a decision record has its file in docs/adr', () => {
    const cited = matches(/\bADR-\d+\b/g);
    expect(cited.length).toBeGreaterThan(records.length);
    const defined = records.map(recordOf);
    expect(cited.filter(({ match }) => !defined.includes(match))).toEqual([]);
  });

  test('of an earlier numbering is left nowhere', () => {
    expect(matches(/\bdecisions?(\s+\*?)?\s+(record\s+)?\d|\bcontract\s+§|§\s*\d/gi)).toEqual([]);
  });
});

describe('a link', () => {
  const documents = files.filter((file) => file.endsWith('.md'));
  test.each(documents)('of %s leads to a file, and to a heading that is there', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)\s]*)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : `${file.replace(/[^/]*$/, '')}${path}`;
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(['docs/invariants.md', 'docs/security.md'])('the tests that %s names exist', (file) => {
  const named = [...read(file).matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(10);
  const isThere = (path: string) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    return existsSync(path) || files.some((name) => pattern.test(name));
  };
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});
