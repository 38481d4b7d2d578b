import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { applyEdits, type Edits } from '../../src/domain/yaml.ts';
import { readYaml11 } from '../support/yaml-1.1.ts';

type Data = Record<string, unknown> & { services?: object[] };

const read = (yaml: string) => parse(yaml, { logLevel: 'error' });

/** The data of a yaml after edits. */
function editedData(data: Data | null, edits: Edits): Data {
  const { environmentParameters, startupParameters, inferenceParams } = edits;
  const service = {
    ...(edits.serviceName !== undefined && { name: edits.serviceName }),
    ...(edits.servicePorts && { ports: edits.servicePorts }),
    ...(edits.serviceStartCommand !== undefined && { startCommand: edits.serviceStartCommand }),
  };
  const [first, ...others] = data?.services ?? [];
  return {
    ...data,
    ...(environmentParameters && {
      env: Object.entries(environmentParameters).map(([key, value]) => `${key}:${value}`),
    }),
    ...(startupParameters && { startupParameters }),
    ...(inferenceParams && { inferenceParams }),
    ...(Object.keys(service).length > 0 && { services: [{ ...first, ...service }, ...others] }),
  };
}

const named = { serviceName: 'new' };
const NEW = 'services:\n  - name: new\n';
const DEEP_KEY = `${'{'.repeat(25)}b${'}'.repeat(25)}`;
const started = (text: string, quoted: string): [string, Edits, string] => [
  '',
  { serviceStartCommand: text },
  `services:\n  - startCommand: ${quoted}\n`,
];

const exact: [string, Edits, string][] = [
  // Texts that a reader would take for something else, or not at all.
  started('Note:\nstart the server', '"Note:\\nstart the server"'),
  ['{}', { environmentParameters: { A: '\nx y' } }, '{"env": ["A:\\nx y"]}'],
  [
    'a: 1\n',
    { startupParameters: { k: ' \n\t\n' } },
    'a: 1\nstartupParameters:\n  k: " \\n\\t\\n"\n',
  ],
  started('a\tb', '"a\\tb"'),
  started('=', '"="'),
  started('\u2028\u0085\u007f\u009f\ufeff', '"\\u2028\\u0085\\u007f\\u009f\\ufeff"'),
  started('1:30', '"1:30"'),
  started('NO', '"NO"'),
  started('<<', '"<<"'),
  started('python -m vllm', 'python -m vllm'),
  [
    '',
    { startupParameters: { [`${'k'.repeat(2000)}`]: 'v' } },
    `startupParameters:\n  ? ${'k'.repeat(2000)}\n  : v\n`,
  ],
  // What is not edited stays as it was written.
  [
    '%YAML 1.1\n---\nat: 2001-12-14 21:59:43.123456 +05:30\n',
    named,
    `%YAML 1.1\n---\nat: 2001-12-14 21:59:43.123456 +05:30\n${NEW}`,
  ],
  [
    'at: !!timestamp 2001-12-14t21:59:43.1-05:00\n',
    named,
    `at: !!timestamp 2001-12-14t21:59:43.1-05:00\n${NEW}`,
  ],
  ['command: >-\n  one\n  two\n', named, `command: >-\n  one\n  two\n${NEW}`],
  ['a: 1\r\nb: |\r\n  c\r\n', named, `a: 1\r\nb: |\r\n  c\r\n${NEW.replaceAll('\n', '\r\n')}`],
  ['{"a":[1],"b":"c"}', named, '{"a":[1],"b":"c", "services": [{"name": "new"}]}'],
  [
    '{\n  "services": [\n    {\n      "name": "old"\n    }\n  ]\n}\n',
    { ...named, servicePorts: [80] },
    '{\n  "services": [\n    {\n      "name": "new",\n      "ports": [80]\n    }\n  ]\n}\n',
  ],
  ['a:   [1,   2]   # odd', named, `a:   [1,   2]   # odd\n${NEW.trimEnd()}`],
  ['a: |\n  without a line end', named, `${NEW}a: |\n  without a line end`],
  [
    'services:\n- ports: !!seq\n- b: 1\n',
    { servicePorts: [80] },
    'services:\n- ports:\n    - 80\n- b: 1\n',
  ],
  [
    'services:\n  - ports: # c\n  - b: 1\n',
    named,
    'services:\n  - ports: # c\n    name: new\n  - b: 1\n',
  ],
  [
    'env: # c\n- a\n\n# of b\nb: 1\n',
    { environmentParameters: {} },
    'env: [] # c\n\n# of b\nb: 1\n',
  ],
  [
    'p: &p [80]\nservices:\n  - ports: &q [1]\nr: *p\n',
    { servicePorts: [2] },
    'p: &p [80]\nservices:\n  - ports:\n      - 2\nr: *p\n',
  ],
  // No value is an empty mapping.
  ['---', named, `---\n${NEW.trimEnd()}`],
  ['null', named, NEW],
  ['--- ~ # c\n...\n', named, `---  # c\n${NEW}...\n`],
  // Mappings that are the keys of each other; 25 levels of them took four minutes.
  [`a: ${DEEP_KEY}\n`, named, `a: ${DEEP_KEY}\n${NEW}`],
];
test.each(exact)('%j with %j is %j', (text, edits, edited) => {
  expect(applyEdits(text, edits)).toBe(edited);
});

test.each<[string, string, Edits]>([
  [
    'another value would change',
    'p: &p [80]\nservices:\n  - ports: &p [3000]\nmetrics: {ports: *p}\n',
    { servicePorts: [1] },
  ],
  ['another value would change', 'services: [name: old]', { servicePorts: [1] }],
  ['its alias env has no anchor', 'env: &env [a]\nb: *env\n', { environmentParameters: {} }],
  ['its alias f would change', 'services:\n - &f\n   name: a\nother: *f\n', named],
  ['its alias s would change', 'services: &s\n - name: a\nother: *s\n', named],
  ['one of its keys is an alias', 'a: &k env\n*k : 1\n', named],
  ['one of its keys has no colon', '{services}', named],
  ['the first of its `services` is not a mapping', 'services: [~, {name: old}]', named],
  ['a key is too long for flow style', '{}', { startupParameters: { ['k'.repeat(2000)]: 'v' } }],
  ['the new values are too long', 'a: 1', { serviceName: 'n'.repeat(65_536) }],
  ['it is longer than 65536', `a: ${'x'.repeat(65_500)}`, { serviceName: 'n'.repeat(99) }],
  ['it has more than 4000 tokens', `a: [1${',1'.repeat(1500)}]`, named],
])('rejects an edit because %s', (reason, text, edits) => {
  expect(() => applyEdits(text, edits)).toThrow(`which can't be edited: ${reason}`);
});

const value = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  fc.constantFrom(
    'yes',
    '0o7',
    '1:30',
    '---',
    '- a',
    'a: b',
    'a #b',
    '~',
    '\n',
    ' ',
    '[',
    "'",
    '"',
    '\\',
  ),
  fc.constantFrom(
    '2025-01-01',
    '.5',
    '1_000',
    '!!x',
    '&a',
    '*a',
    '%a',
    '@a',
    '`a',
    '? a',
    ': a',
    'a:',
    '中文 😀',
  ),
);
const edit = fc
  .record(
    {
      serviceName: value,
      serviceStartCommand: value,
      servicePorts: fc.array(fc.integer({ min: 1, max: 65_535 })),
      environmentParameters: fc.dictionary(value, value, { maxKeys: 3 }),
      startupParameters: fc.dictionary(value, value, { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  )
  .filter((edits) => Object.keys(edits).length > 0);

/** Lines of a block mapping. */
const other = fc.constantFrom(
  ...[
    'x: |\n  a\n\n  b\n',
    'x: |+\n  a\n\n',
    'x: >-\n  a\n  b\n',
    'x: "a\n  b"\n',
    "x: 'a'\n",
    'x:\n',
  ],
  ...[
    'x: # c\n',
    'x: [1, {a: 2}] # c\n',
    'x:\n  - a\n  # c\n  -\n',
    'x:\n- a # c\n- b: 1\n  c:\n',
    '? x\n: a\n',
  ],
  ...[
    'x: &a !!str 1\n',
    'x: 0x1F\n',
    'x: a\n  b\n',
    '# c\n\nx: 1\n',
    'x:\n    a:\n        b: 1\n',
    '',
  ],
);
const replaced = fc.constantFrom(
  ...[
    ' 1\n',
    '\n',
    ' # c\n',
    ' &b # c\n',
    ' !!str a # c\n',
    ' &b\n  c\n',
    ' "a"\n',
    ' |\n  a\n',
    ' |-\n  a\n\n',
  ],
  ...[
    ' []\n',
    ' [1] # c\n',
    ' {a: [\n  1 ]}\n',
    '\n- a\n',
    ' # c\n  # d\n  - a # e\n  - b\n',
    '\n  a: 1\n  b:\n',
  ],
);
const lines = (text: string, indent: string) => text.replaceAll(/^(?=.)/gm, indent);
const block = fc
  .record({
    first: other,
    second: other,
    name: replaced,
    ports: replaced,
    env: replaced,
    params: replaced,
    hasServices: fc.boolean(),
    hasEnv: fc.boolean(),
    hasCrlf: fc.boolean(),
    isEnded: fc.boolean(),
  })
  .map((parts) => {
    const service = `name:${parts.name}${parts.first}ports:${parts.ports}`;
    const services = `services:\n  -${lines(service, '    ').slice(3)}  - b: 1\n`;
    const env = `env:${parts.env}startupParameters:${parts.params}`;
    const x = parts.second.replace('x', 'z').replace('&a', '&z');
    const text = `${parts.hasServices ? services : ''}${x}${parts.hasEnv ? env : ''}`;
    const ended = parts.isEnded ? text : text.replace(/\n$/, '');
    return parts.hasCrlf ? ended.replaceAll('\n', '\r\n') : ended;
  });
const json = fc
  .record(
    {
      a: fc.jsonValue(),
      env: fc.jsonValue(),
      services: fc.array(
        fc.dictionary(fc.constantFrom('name', 'x'), fc.jsonValue(), { maxKeys: 2 }),
      ),
    },
    { requiredKeys: [] },
  )
  .chain((data) =>
    fc.constantFrom(undefined, 1, 2).map((indent) => JSON.stringify(data, null, indent)),
  );

test('are exact for readers of YAML 1.2 and 1.1, whatever the style of the text and the values', () => {
  const cases = [...exact];
  fc.assert(
    fc.property(fc.oneof(block, json), edit, (text, edits) => {
      const edited = applyEdits(text, edits);
      cases.push([text, edits, edited]);
      if (text.startsWith('{')) JSON.parse(edited);
    }),
    { numRuns: 100 },
  );

  for (const [text, edits, edited] of cases) {
    expect(read(edited), edited).toEqual(editedData(read(text), edits));
  }
  const before = readYaml11(cases.map(([text]) => text)) ?? [];
  const after = readYaml11(cases.map(([, , edited]) => edited)) ?? [];
  for (const [index, [, edits, edited]] of cases.entries()) {
    const { value } = before[index] ?? {};
    if (value === undefined) continue;
    expect(after[index], edited).toEqual({ value: editedData(value as Data, edits) });
  }
});
