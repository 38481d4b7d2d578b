import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (file: string) => readFileSync(file, 'utf8');

/** All of src, test, docs and README that is written by hand, but for this file. */
const files = ['src', 'test', 'docs', 'bench', 'examples']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .concat(readdirSync('.').filter((name) => /^(README|CHANGELOG).*\.md$/.test(name)))
  .filter((name) => /\.(ts|mjs|md)$/.test(name) && name !== 'test/docs.test.ts');

/** Every match of a pattern, as `file: match`. */
const matches = (pattern: RegExp) =>
  files.flatMap((file) => [...read(file).matchAll(pattern)].map(([match]) => ({ file, match })));

/** The rows of the table in docs/fidelity.md: number, what the server does, evidence, what would settle it. */
const decisions = [
  ...read('docs/fidelity.md').matchAll(/^\| (?:<a.*?<\/a>)?(F\d+[a-z]?) \|(.*)\|(.*)\|(.*)\|$/gm),
].map(([, number = '', , evidence = '', settledBy = '']) => ({
  number,
  evidence: evidence.trim(),
  settledBy: settledBy.trim(),
}));
const rules = decisions.map(({ number }) => number);

const records = readdirSync('docs/adr').filter((name) => name !== 'README.md');
const recordOf = (name: string) => `ADR-${Number(name.slice(0, 4))}`;

describe('the table of docs/fidelity.md', () => {
  test('numbers its rows without gaps but one, the assumptions of a number with letters', () => {
    const expected = rules.map((rule, index) => {
      const [, number = '', letter = ''] = /(\d+)(.?)/.exec(rules[index - 1] ?? 'F0') ?? [];
      if (!/\d$/.test(rule)) return `F${number}${letter ? nextOf(letter) : 'a'}`;
      return number === '47' ? 'F51' : `F${Number(number) + 1}`;
    });
    expect(rules).toEqual(expected);
    expect(rules).toContain('F62');
  });

  test('is the only one that has rows of decisions', () => {
    const lines = read('docs/fidelity.md').match(/^\|.*\bF\d+[a-z]? \|.*$/gm) ?? [];
    expect(lines).toHaveLength(decisions.length);
  });

  test.each(decisions)('has evidence of $number or says what would settle it', (row) => {
    expect(row.evidence).toMatch(/^(A|[DOPKJS](, [DOPKJS])*)$/);
    expect(row.settledBy !== '').toBe(row.evidence === 'A');
    // A letter is an assumption about what the row of the number says.
    if (/[a-z]$/.test(row.number)) expect(row.evidence).toBe('A');
  });
});

const nextOf = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 1);

test('every heading of docs/wire.md that has a number has a row that links to it', () => {
  const headings = anchorsOf('docs/wire.md').filter((anchor) => /^f\d/.test(anchor));
  expect(headings.length).toBeGreaterThan(10);
  const table = read('docs/fidelity.md');
  const unlinked = headings.filter((anchor) => !table.includes(`(wire.md#${anchor})`));
  expect(unlinked).toEqual([]);
});

test.each(records)('docs/adr/%s has its number in the title and a line in the index', (name) => {
  const [title = ''] = read(`docs/adr/${name}`).split('\n');
  expect(title.startsWith(`# ${recordOf(name)}: `)).toBe(true);
  expect(read('docs/adr/README.md')).toContain(`[${recordOf(name)}](${name})`);
});

describe('a citation', () => {
  test('of a rule is defined in docs/fidelity.md', () => {
    const cited = matches(/(?<![%\w])F[1-9]\d?[a-z]?\b/g);
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

/** The anchors of a document: those that it names, and those that GitHub makes of its headings. */
function anchorsOf(file: string): string[] {
  const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const named = [...read(file).matchAll(/<a id="(.+?)">/g)].map(([, id = '']) => id);
  return [...headings, ...named];
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
