import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { settingKeys, takesFile, variableOf } from '../src/settings.ts';
import { startSteered } from './support/control.ts';
import { SESSION } from './support/server.ts';

const ENGLISH = 'README.md';
const CHINESE = 'README.zh-CN.md';
const MOST_LINES = 160;
/** Where the server of the documents listens. */
const DOCUMENTED_URL = 'http://127.0.0.1:8080';
const END_OF_BLOCK = '\u001e';

const documents = [
  ENGLISH,
  CHINESE,
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (file: string) => readFileSync(file, 'utf8');

interface Block {
  language: string;
  code: string;
}

function codeBlocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
}

/** The commands of a document, with the responses printed below each. */
function steps(text: string): { script: string; answers: string[] }[] {
  const blocks = codeBlocks(text).filter(
    ({ language }) => language === 'sh' || language === 'json',
  );
  return blocks.flatMap(({ language, code }, index) => {
    const next = blocks[index + 1];
    const answers = next?.language === 'json' ? next.code.trimEnd().split('\n') : [];
    return language === 'sh' ? [{ script: code, answers }] : [];
  });
}

/**
 * Matches an answer as a document prints it: `…` stands for any text, a date for any date, and a uuid that no
 * command names for any uuid.
 */
function printedAnswer(printed: string, isNamed: (uuid: string) => boolean): RegExp {
  const pattern = printed
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('…', '.*')
    .replace(/"\w{3} \d+, \d{4} [\d:]+ [AP]M"/g, '"\\w{3} \\d+, \\d{4} [\\d:]+ [AP]M"')
    .replace(/[0-9a-f]{32}/g, (uuid) => (isNamed(uuid) ? uuid : '[0-9a-f]{32}'));
  return new RegExp(`^${pattern}$`);
}

const hasShell = ['bash', 'curl'].every((name) => spawnSync(name, ['--version']).status === 0);
if (!hasShell) console.warn('the tours are skipped: they need bash and curl');

test.skipIf(!hasShell).each([
  [ENGLISH, '\n## A tour', 5],
  ['docs/tour.md', '', 18],
  ['openapi/guide.md', '', 3],
])('the tour of %s answers as printed', async (file, from, count) => {
  const accessKeys = { keys: new Map([['id', 'secret']]), timeZone: 'UTC' };
  const server = await startSteered({ clock: Date.now, accessKeys });
  const text = read(file).replaceAll(DOCUMENTED_URL, server.url);
  const tour = steps(text.slice(text.indexOf(from)));
  expect(tour.flatMap(({ answers }) => answers)).toHaveLength(count);

  const script = tour.map((step) => `${step.script}\nprintf '\\036'\n`).join('');
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    env: { ...process.env, AIOS_SESSION: SESSION, SESSION },
  });
  const outputs = stdout.split(END_OF_BLOCK).slice(0, -1);
  expect(outputs).toHaveLength(tour.length);
  for (const [index, { answers }] of tour.entries()) {
    const given = (outputs[index] ?? '').split('\n').filter((line) => line !== '');
    if (answers.length === 0) {
      // Setup commands print nothing but success.
      for (const line of given) expect(JSON.parse(line)).toMatchObject({ success: true });
      continue;
    }
    expect(given).toHaveLength(answers.length);
    for (const [line, answer] of answers.entries()) {
      expect(given[line]).toMatch(printedAnswer(answer, (uuid) => script.includes(uuid)));
    }
  }
});

test.each([ENGLISH, CHINESE])('%s is short enough to read in a minute', (file) => {
  expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
});

test('the Chinese README has the code blocks and links of the English one', () => {
  const [english, chinese] = [read(ENGLISH), read(CHINESE)];
  expect(codeBlocks(english)).not.toEqual([]);
  expect(codeBlocks(chinese)).toEqual(codeBlocks(english));
  const links = (text: string) => linksOf(text).filter((link) => !link.startsWith('README'));
  expect(links(chinese).toSorted()).toEqual(links(english).toSorted());
  expect(linksOf(english)).toContain(CHINESE);
  expect(linksOf(chinese)).toContain(ENGLISH);
});

// The wire contract also names settings that aren't implemented yet.
test.each(
  documents.filter((file) => !['docs/fidelity.md', 'docs/wire.md'].includes(file)),
)('%s names settings that exist', (file) => {
  const settings = settingKeys.flatMap((key) =>
    takesFile(key) ? [variableOf(key), `${variableOf(key)}_FILE`] : [variableOf(key)],
  );
  const others =
    /^AIOS_(ATTACK|FAILOVER|SCREENSHOTS|TEST|BENCH|ACCEPTANCE|CHAOS|URL|SERVERS|IMAGE)/;
  const named = read(file).match(/\bAIOS_[A-Z_]+\b/g) ?? [];
  expect(named.filter((name) => !settings.includes(name) && !others.test(name))).toEqual([]);
});

/** The targets of a Markdown text's links, code aside. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}
