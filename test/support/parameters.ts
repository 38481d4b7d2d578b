/** The bounds of F46. */
export const INTEGER_MAX = 2_147_483_647;
export const LONG_MAX = 9_007_199_254_740_991;
export const TEXT_MAX = 16_777_215;
const UUID_MAX = 255;

/** An accepted value, its description, and the stored value. */
interface Accepted {
  what: string;
  sent: unknown;
  stored: unknown;
}

/** A rejected value, its description, and the sentence of the error. */
interface Rejected {
  what: string;
  sent: unknown;
  details: (field: string, message: string) => string;
}

/** What a parameter is declared as, and values that it accepts and rejects. */
export interface Parameter {
  /** Its JSON schema without what only documents it. */
  schema: object;
  accepted: Accepted[];
  /** Rejected by type (F9, F54). */
  wrongType: Rejected[];
  /** Of the right type, but not allowed (F53). */
  notAllowed: Rejected[];
}

/** An operation's parameters, in the order of F46. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** One row per value that some parameter accepts. */
export function acceptedRows(parameters: Parameters) {
  return Object.entries(parameters).flatMap(([field, { accepted }]) =>
    accepted.map(({ what, sent, stored }) => [field, what, { sent, stored }] as const),
  );
}

const listOf = (items: object) => ({ type: 'array', items, maxItems: 1000 });
const mapOf = (additionalProperties: object) => ({
  type: 'object',
  additionalProperties,
  maxProperties: 1000,
});

const show = (sent: unknown) => (typeof sent === 'string' ? sent : JSON.stringify(sent));

/** Rejected for its type, or that of what is `inside` it, with the platform's sentence (F54). */
const excepted = (what: string, sent: unknown, type: string, inside = ''): Rejected => ({
  what,
  sent,
  details: (field) => {
    const value = inside ? innermost(sent) : sent;
    return `[${field}${inside}] field is excepted ${type}, but was [${show(value)}].`;
  },
});

/** The first member of the first member…, down to a scalar or an empty value. */
function innermost(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [first] = Object.values(value);
  return first === undefined ? value : innermost(first);
}

const tooLong = (what: string, sent: unknown, max: number, inside = ''): Rejected => ({
  what,
  sent,
  details: (field, message) =>
    `field[${field}${inside}] of message[${message}] exceeds max length of string. ` +
    `expected was <= ${max}, actual was ${max + 1}`,
});

const nullElement = (sent: unknown, inside = ''): Rejected => ({
  what: 'a list with a null',
  sent,
  details: (field) => `field[${field}${inside}] cannot contain a NULL element`,
});

const repeated = (what: string, sent: unknown, element: unknown): Rejected => ({
  what,
  sent,
  details: (field) => `field[${field}] cannot contain the element[${element}] twice`,
});

const notOneOf = (
  what: string,
  sent: unknown,
  values: readonly string[],
  found: unknown,
  inside = '',
): Rejected => ({
  what,
  sent,
  details: (field, message) =>
    `valid value for field[${field}${inside}] of message[${message}] are [${values.join(', ')}], ` +
    `but ${found} found`,
});

const outOfRange = (
  what: string,
  sent: unknown,
  min: number,
  max: number,
  inside = '',
): Rejected => ({
  what,
  sent,
  details: (field) => `field[${field}${inside}] must be in range of [${min}, ${max}]`,
});

const unkeepable = (what: string, sent: unknown, inside = ''): Rejected => ({
  what,
  sent,
  details: (field) => `field[${field}${inside}] cannot contain a NUL character or a lone surrogate`,
});

const wrongTexts: Rejected[] = [
  excepted('an object', { a: 1 }, 'a string'),
  excepted('a list', ['a'], 'a string'),
  unkeepable('text that ends in U+0000', 'a\0'),
  unkeepable('text with half a surrogate pair', 'a\ud800b'),
  {
    what: 'a number too large to be exact',
    sent: LONG_MAX + 1,
    details: (field) =>
      `[${field}] field is excepted a string, but was a number too large to be exact: send it in quotes.`,
  },
];

const SPACED = '\u0001\t \u001f\u00a0a  b\u2003 \r\n';
/** What is left of it without the characters up to U+0020 at its ends. */
const TRIMMED = '\u00a0a  b\u2003';

/** A text that is trimmed. The limit of the longest ones takes a test of its own. */
export function text(max: number): Parameter {
  const long = max === TEXT_MAX;
  return {
    schema: { type: 'string', maxLength: max },
    accepted: [
      ...(long ? [] : [{ what: 'its longest', sent: '😀'.repeat(max), stored: '😀'.repeat(max) }]),
      { what: 'the empty text', sent: '', stored: '' },
      { what: 'an integer', sent: 42, stored: '42' },
      { what: 'a fraction', sent: -1.5, stored: '-1.5' },
      { what: 'a boolean', sent: true, stored: 'true' },
      { what: 'text in spaces, trimmed', sent: SPACED, stored: TRIMMED },
    ],
    wrongType: wrongTexts,
    notAllowed: long
      ? []
      : [
          tooLong('more characters than its longest', 'x'.repeat(max + 1), max),
          tooLong('more surrogate pairs than its longest', '😀'.repeat(max + 1), max),
        ],
  };
}

/** A text that is stored as sent. */
export function verbatim(max: number): Parameter {
  const { accepted, ...rejected } = text(max);
  const untrimmed = accepted.filter(({ stored }) => stored !== TRIMMED);
  return {
    accepted: [...untrimmed, { what: 'text in spaces, untouched', sent: SPACED, stored: SPACED }],
    ...rejected,
  };
}

/** A text of up to 65,535 bytes of UTF-8. */
export function textInBytes(textOf: (max: number) => Parameter): Parameter {
  const max = 65_535;
  const { accepted, notAllowed, ...others } = textOf(max);
  return {
    ...others,
    accepted: [
      ...accepted.filter(({ what }) => what !== 'its longest'),
      { what: 'its longest', sent: 'é'.repeat(32_767), stored: 'é'.repeat(32_767) },
    ],
    notAllowed: [
      ...notAllowed,
      {
        what: 'more bytes than its longest',
        sent: 'é'.repeat(32_768),
        details: (field, message) =>
          `field[${field}] of message[${message}] exceeds max length of string in bytes. ` +
          `expected was <= ${max}, actual was ${max + 1}`,
      },
    ],
  };
}

/** A path of a URL (F39). */
export const urlPath = urlPathOf(512);

/** The same of another length. */
export function urlPathOf(max: number): Parameter {
  return {
    schema: { type: 'string', maxLength: max, pattern: '^/\\S*$' },
    accepted: [
      { what: 'the root in spaces', sent: ' /\n', stored: '/' },
      { what: 'its longest', sent: `/${'é'.repeat(max - 1)}`, stored: `/${'é'.repeat(max - 1)}` },
    ],
    wrongType: wrongTexts,
    notAllowed: [
      ...['', 'livez', '/a b', '/a\u00a0', 1].map(
        (sent): Rejected => ({
          what: JSON.stringify(sent),
          sent,
          details: (field, message) =>
            `valid regex value for field[${field}] of message[${message}] is ^/\\S*$, but ${sent} found`,
        }),
      ),
      tooLong('more characters than its longest', `/${'x'.repeat(max)}`, max),
    ],
  };
}

/** One of some words, in the order the sentence lists them (F11). */
export function word(...values: string[]): Parameter {
  const lower = values[0]?.toLowerCase();
  return {
    schema: { type: 'string', enum: values },
    accepted: values.flatMap((value) => [
      { what: value, sent: value, stored: value },
      { what: `${value} in spaces`, sent: ` ${value}\n`, stored: value },
    ]),
    wrongType: wrongTexts,
    notAllowed: [
      notOneOf('a word in another case', lower, values, lower),
      notOneOf('an unknown word', 'Unknown', values, 'Unknown'),
      notOneOf('the empty text', '', values, ''),
      notOneOf('a number', 1, values, 1),
    ],
  };
}

const noIntegers = (inside = '', wrap: (value: unknown) => unknown = (value) => value) =>
  [true, 1.5, 'abc', '', '1.5', '1e3', '0x10', '1 2', [], {}].map((value) =>
    excepted(JSON.stringify(value), wrap(value), 'an int or long', inside),
  );

const integersAccepted = (min: number, max: number): Accepted[] => [
  { what: 'its least', sent: min, stored: min },
  { what: 'its most', sent: max, stored: max },
  { what: 'text of its most', sent: String(max), stored: max },
  { what: 'text with sign and spaces', sent: `\t+${max} `, stored: max },
  { what: 'text with leading zeros', sent: `00${max}`, stored: max },
  ...(min > 0 ? [] : [{ what: 'text of a negative zero', sent: '-0', stored: 0 }]),
];

/** A 32-bit integer between bounds. */
export function integerFrom(min: number, max: number): Parameter {
  return {
    schema: { type: 'integer', format: 'int32', minimum: min, maximum: max },
    accepted: integersAccepted(min, max),
    wrongType: [
      ...noIntegers(),
      ...[INTEGER_MAX + 1, String(INTEGER_MAX + 1), -INTEGER_MAX - 2, LONG_MAX + 1].map(
        (sent): Rejected => ({
          what: `${JSON.stringify(sent)}, which overflows`,
          sent,
          details: () => `${sent} is Integer overflow, Integer.MAX_VALUE is ${INTEGER_MAX}`,
        }),
      ),
    ],
    notAllowed: [
      outOfRange('less than the least', min - 1, min, max),
      outOfRange('text of less than the least', ` ${min - 1}`, min, max),
      outOfRange('the least of 32 bits', -INTEGER_MAX - 1, min, max),
      ...(max < INTEGER_MAX ? [outOfRange('more than the most', max + 1, min, max)] : []),
    ],
  };
}

/** A 32-bit integer of at least 0. */
export const integer = integerFrom(0, INTEGER_MAX);

/** A port. */
export const port = integerFrom(1, 65_535);

/** A 64-bit integer, as far as JSON carries it exactly (F8). */
export function long(min: number): Parameter {
  return {
    schema: { type: 'integer', format: 'int64', minimum: min, maximum: LONG_MAX },
    accepted: integersAccepted(min, LONG_MAX),
    wrongType: [
      ...noIntegers(),
      ...[LONG_MAX + 1, '9007199254740993', -LONG_MAX - 1, '9'.repeat(400)].map((sent) =>
        outOfRange(`${JSON.stringify(sent).slice(0, 20)}, which is not exact`, sent, min, LONG_MAX),
      ),
    ],
    notAllowed: min < 0 ? [] : [outOfRange('less than the least', min - 1, min, LONG_MAX)],
  };
}

export const boolean: Parameter = {
  schema: { type: 'boolean' },
  accepted: [
    { what: 'true', sent: true, stored: true },
    { what: 'false', sent: false, stored: false },
    { what: '"TRUE"', sent: 'TRUE', stored: true },
    { what: '"False"', sent: 'False', stored: false },
  ],
  wrongType: [1, 0, 'yes', '1', '', [], {}].map((sent) => ({
    what: JSON.stringify(sent),
    sent,
    details: (field) =>
      `Invalid value for boolean field [${field}], [${show(sent)}] is not a valid boolean string[true, false].`,
  })),
  notAllowed: [],
};

const noLists = ['a', '', 1, true, { a: ['b'] }].map((sent) =>
  excepted(JSON.stringify(sent), sent, 'a list'),
);

const noMaps = ['a', '', 1, true, ['a']].map((sent) =>
  excepted(JSON.stringify(sent), sent, 'an object'),
);

const longUuid = 'u'.repeat(UUID_MAX);

/** A list of uuids, whose members are stored as sent. */
export const uuids: Parameter = {
  schema: listOf({ type: 'string', maxLength: UUID_MAX }),
  accepted: [
    { what: 'no members', sent: [], stored: [] },
    { what: 'members in spaces, untouched', sent: [' a ', '\t'], stored: [' a ', '\t'] },
    { what: 'members of other types', sent: [1, 1.5, true], stored: ['1', '1.5', 'true'] },
    { what: 'its longest members', sent: [longUuid], stored: [longUuid] },
  ],
  wrongType: [
    ...noLists,
    excepted('a list in the list', [[]], 'a string', '[0]'),
    excepted('an object in the list', [{}], 'a string', '[0]'),
    unkeepable('a member with U+0000', ['\0'], '[0]'),
  ],
  notAllowed: [
    nullElement(['a', null]),
    tooLong('a member that is too long', [`${longUuid}u`], UUID_MAX, '[0]'),
  ],
};

/** A list of texts, whose members are stored as sent; the limit of the longest ones takes a test of its own. */
export const texts: Parameter = {
  schema: listOf({ type: 'string', maxLength: TEXT_MAX }),
  accepted: uuids.accepted.filter(({ what }) => what !== 'its longest members'),
  wrongType: uuids.wrongType,
  notAllowed: [nullElement(['a', null])],
};

const gpuNumbersAccepted = (...forms: [sent: unknown, stored: number[]][]): Accepted[] =>
  forms.map(([sent, stored]) => ({ what: JSON.stringify(sent), sent, stored }));

const noGpuNumbers = (what: string, sent: unknown): Rejected => ({
  what,
  sent,
  details: (field) =>
    `field[${field}] must be a list of integers from 0 to ${INTEGER_MAX} such as 1,2,4 or [1,2,4], ` +
    `but [${sent}] found`,
});

/** F25. */
export const gpuNumbers: Parameter = {
  schema: {
    anyOf: [{ type: 'string', maxLength: 255 }, listOf(integerFrom(0, INTEGER_MAX).schema)],
  },
  accepted: [
    ...gpuNumbersAccepted(
      ['1,2,4', [1, 2, 4]],
      [' 1 ,\t2, 4 ', [1, 2, 4]],
      ['8', [8]],
      ['[1,2,4]', [1, 2, 4]],
      [' [ 1 , 2 ] ', [1, 2]],
      [`0,${INTEGER_MAX},0`, [0, INTEGER_MAX, 0]],
      ['', []],
      [' ', []],
      ['[]', []],
      ['[ ]', []],
    ),
    ...[[1, 2, 4], [0, INTEGER_MAX], []].flatMap((list) => gpuNumbersAccepted([list, list])),
    ...gpuNumbersAccepted(
      [
        ['1', ' 2 '],
        [1, 2],
      ],
      [4, [4]],
    ),
    { what: 'its longest text', sent: `${'1,'.repeat(127)}1`, stored: Array(128).fill(1) },
  ],
  wrongType: [
    excepted('an object', {}, 'a string'),
    ...[1.5, true, 'a', [1]].map(
      (member): Rejected => ({
        what: `a list of ${JSON.stringify(member)}`,
        sent: [2, member],
        details: (field) =>
          `[${field}[1]] field is excepted an int or long, but was [${show(member)}].`,
      }),
    ),
    {
      what: 'a list of too large a number',
      sent: [INTEGER_MAX + 1],
      details: () => `${INTEGER_MAX + 1} is Integer overflow, Integer.MAX_VALUE is ${INTEGER_MAX}`,
    },
  ],
  notAllowed: [
    ...['a', '1,', '1,,2', '1 2', '-1', '1.5', '[1,2', '1,2]', '["1"]', '1e3', '2147483648'].map(
      (sent) => noGpuNumbers(JSON.stringify(sent), sent),
    ),
    noGpuNumbers('a negative number', -1),
    noGpuNumbers('a fraction', 1.5),
    noGpuNumbers('a boolean', true),
    outOfRange('a list of a negative number', [-1], 0, INTEGER_MAX, '[0]'),
    nullElement([null]),
    ...text(255).notAllowed,
  ],
};

/** A map from GPU vendor to a set of specification uuids. */
export const vendorMap: Parameter = {
  schema: mapOf(listOf({ type: 'string', maxLength: UUID_MAX })),
  accepted: [
    { what: 'no vendors', sent: {}, stored: {} },
    {
      what: 'duplicates, dropped',
      sent: { NVIDIA: ['b', 'a', 'b', ' a '], ' a ': [], B: [1, '1'] },
      stored: { NVIDIA: ['b', 'a', ' a '], ' a ': [], B: ['1'] },
    },
    {
      what: 'vendors whose names have line ends',
      sent: { 'a\nb': ['c'], '\u2028': ['d'] },
      stored: { 'a\nb': ['c'], '\u2028': ['d'] },
    },
    {
      what: 'a vendor named __proto__',
      sent: JSON.parse('{"__proto__":["a"]}'),
      stored: JSON.parse('{"__proto__":["a"]}'),
    },
  ],
  wrongType: [
    ...noMaps,
    excepted('a vendor without a list', { NVIDIA: 'a' }, 'a list', '.NVIDIA'),
    excepted('a vendor of lists', { NVIDIA: [[]] }, 'a string', '.NVIDIA[0]'),
  ],
  notAllowed: [
    nullElement({ NVIDIA: [null] }, '.NVIDIA'),
    {
      what: 'a vendor of null',
      sent: { A: [], B: null },
      details: (field, message) =>
        `field[${field}.B] of message[${message}] is mandatory, can not be null`,
    },
    ...['', ' \r'].map(
      (vendor): Rejected => ({
        what: `the vendor ${JSON.stringify(vendor)}`,
        sent: { A: [], [vendor]: [] },
        details: (field) => `field[${field}] cannot contain a blank vendor`,
      }),
    ),
    tooLong('a uuid that is too long', { A: [`${longUuid}u`] }, UUID_MAX, '.A[0]'),
  ],
};

/** A list of some words. */
export function words(...values: string[]): Parameter {
  const { schema, notAllowed } = word(...values);
  return {
    schema: listOf(schema),
    accepted: [
      { what: 'no members', sent: [], stored: [] },
      { what: 'all of them', sent: values, stored: values },
      {
        what: 'a word in spaces, twice',
        sent: [` ${values[0]} `, values[0]],
        stored: [values[0], values[0]],
      },
    ],
    wrongType: [...noLists, excepted('a list in the list', [[]], 'a string', '[0]')],
    notAllowed: [
      nullElement([values[0], null]),
      ...notAllowed.map(({ what, sent, details }) => ({
        what: `a list of ${what}`,
        sent: [values[0], sent],
        details: (field: string, message: string) => details(`${field}[1]`, message),
      })),
    ],
  };
}

/** What can be changed of a dataset (F62). */
export const datasetChanges: Parameters = {
  name: text(255),
  description: text(2048),
  usageScenarios: words('FineTune', 'Endpoint', 'App', 'ModelEval', 'ModelPerf'),
  dataType: word('Text', 'Audio', 'Image', 'Video', 'Tabular', 'Geospatial', 'TimeSeries'),
};

/** A list of uuids with changes, whose uuids differ. */
export const datasetStructs: Parameter = {
  schema: listOf({
    type: 'object',
    required: ['uuid'],
    properties: {
      uuid: { type: 'string', maxLength: UUID_MAX },
      ...Object.fromEntries(
        Object.entries(datasetChanges).map(([field, { schema }]) => [field, schema]),
      ),
    },
  }),
  accepted: [
    { what: 'no members', sent: [], stored: [] },
    {
      what: 'two, of which one has nothing but its uuid',
      sent: [
        { uuid: ' a ', name: ' b ' },
        { uuid: 'a', description: null },
      ],
      stored: [{ uuid: ' a ', name: 'b' }, { uuid: 'a' }],
    },
  ],
  wrongType: [...noLists, excepted('a list of texts', ['a'], 'an object', '[0]')],
  notAllowed: [
    nullElement([{ uuid: 'a' }, null]),
    repeated('a uuid twice', [{ uuid: 'a' }, { uuid: 'b' }, { uuid: 'a' }], 'a'),
    {
      what: 'one without a uuid',
      sent: [{ uuid: 'a' }, { name: 'b' }],
      details: (field, message) =>
        `field[${field}[1].uuid] of message[${message}] is mandatory, can not be null`,
    },
    ...Object.entries(datasetChanges).flatMap(([name, { notAllowed }]) =>
      notAllowed.map(({ what, sent, details }) => ({
        what: `${what} for ${name}`,
        sent: [{ uuid: 'a', [name]: sent }],
        details: (field: string, message: string) => details(`${field}[0].${name}`, message),
      })),
    ),
  ],
};

/** A map of texts, which only edits the yaml. */
export const textMap: Parameter = {
  schema: mapOf({ type: 'string', maxLength: TEXT_MAX }),
  accepted: [
    { what: 'no entries', sent: {}, stored: {} },
    {
      what: 'values of other types',
      sent: { a: ' b ', n: 1, gone: null },
      stored: { a: ' b ', n: '1' },
    },
  ],
  wrongType: [
    ...noMaps,
    excepted('a list for a value', { KEY: [] }, 'a string', '.KEY'),
    excepted('an object for a value', { KEY: {} }, 'a string', '.KEY'),
    unkeepable('a value with U+0000', { KEY: '\0' }, '.KEY'),
    unkeepable('a key with U+0000', { 'a\0b': 'c' }),
  ],
  notAllowed: [],
};

/** The same without null values (F62). */
export const textMapWithoutNulls: Parameter = {
  ...textMap,
  accepted: [
    { what: 'no entries', sent: {}, stored: {} },
    { what: 'values of other types', sent: { a: ' b ', n: 1 }, stored: { a: ' b ', n: '1' } },
  ],
  notAllowed: [
    {
      what: 'a null value',
      sent: { a: 'b', n: null },
      details: (field, message) =>
        `field[${field}.n] of message[${message}] is mandatory, can not be null`,
    },
  ],
};

/** A list of ports, which only edits the yaml. */
export const ports: Parameter = {
  schema: {
    ...listOf({ type: 'integer', format: 'int32', minimum: 1, maximum: 65_535 }),
    uniqueItems: true,
  },
  accepted: [{ what: 'the bounds', sent: [1, '65535'], stored: [1, 65_535] }],
  wrongType: [...noLists, ...noIntegers('[0]', (value) => [value])],
  notAllowed: [
    repeated('a port twice', [80, 1, '80'], 80),
    outOfRange('a port of 0', [80, 0], 1, 65_535, '[1]'),
    outOfRange('a port of 65536', [65_536], 1, 65_535, '[0]'),
    nullElement([null]),
  ],
};

const architectures = ['x86_64', 'aarch64', 'mips64el', 'loongarch64'];

export const architectureImages: Parameter = {
  schema: {
    ...listOf({
      type: 'object',
      required: ['cpuArchitecture'],
      properties: {
        cpuArchitecture: { type: 'string', maxLength: TEXT_MAX },
        vmImageUuid: { type: 'string', maxLength: UUID_MAX },
        dockerImage: { type: 'string', maxLength: 255 },
      },
    }),
    minItems: 1,
  },
  accepted: [
    {
      what: 'an architecture in capitals, texts in spaces and of other types',
      sent: [{ cpuArchitecture: 'MIPS64EL', vmImageUuid: 7, dockerImage: ' a ' }],
      stored: [{ cpuArchitecture: 'mips64el', vmImageUuid: '7', dockerImage: ' a ' }],
    },
    {
      what: 'a blank image, which counts as absent',
      sent: [{ cpuArchitecture: 'x86_64', vmImageUuid: ' \t', dockerImage: 'a' }],
      stored: [{ cpuArchitecture: 'x86_64', dockerImage: 'a' }],
    },
  ],
  wrongType: [
    ...noLists,
    excepted('a text in the list', ['x86_64'], 'an object', '[0]'),
    excepted(
      'an object for an image’s uuid',
      [{ vmImageUuid: {}, cpuArchitecture: 'x86_64' }],
      'a string',
      '[0].vmImageUuid',
    ),
  ],
  notAllowed: [
    nullElement([{ cpuArchitecture: 'x86_64' }, null]),
    { what: 'no images', sent: [], details: (field) => `field[${field}] cannot be an empty list` },
    {
      what: 'an architecture with blank images alone',
      sent: [{ cpuArchitecture: 'x86_64', vmImageUuid: ' ', dockerImage: '' }],
      details: (field) => `field[${field}[0]] must have a vmImageUuid or a dockerImage`,
    },
    repeated(
      'an architecture twice',
      ['x86_64', 'aarch64', 'X86_64'].map((cpuArchitecture) => ({
        cpuArchitecture,
        dockerImage: 'a',
      })),
      'x86_64',
    ),
    {
      what: 'an image without an architecture',
      sent: [{ dockerImage: 'image' }],
      details: (field, message) =>
        `field[${field}[0].cpuArchitecture] of message[${message}] is mandatory, can not be null`,
    },
    ...['ppc64le', ''].map((found) =>
      notOneOf(
        `the architecture "${found}"`,
        [
          { cpuArchitecture: 'x86_64', dockerImage: 'a' },
          { cpuArchitecture: found, dockerImage: 'a' },
        ],
        architectures,
        found,
        '[1].cpuArchitecture',
      ),
    ),
    tooLong(
      'a Docker image that is too long',
      [{ cpuArchitecture: 'x86_64', dockerImage: 'd'.repeat(256) }],
      255,
      '[0].dockerImage',
    ),
    tooLong(
      'a VM image that is too long',
      [{ cpuArchitecture: 'x86_64', vmImageUuid: `${longUuid}u` }],
      UUID_MAX,
      '[0].vmImageUuid',
    ),
  ],
};

export const cpuArchitectures: Parameter = {
  schema: listOf({ type: 'string', maxLength: TEXT_MAX }),
  accepted: [
    { what: 'none', sent: [], stored: [] },
    ...architectures.map((name) => ({
      what: `${name} in capitals`,
      sent: [name.toUpperCase()],
      stored: [name],
    })),
  ],
  wrongType: [...noLists, excepted('a list in the list', [[]], 'a string', '[0]')],
  notAllowed: [
    notOneOf('an unknown architecture', ['x86'], architectures, 'x86', '[0]'),
    nullElement([null]),
  ],
};

/** F21. */
export const resourceUuid: Parameter = {
  schema: { type: 'string', maxLength: UUID_MAX },
  accepted: [1, 2, 3, 4, 5].map((version) => {
    const uuid = `0123456789ab${version}fff9fff0123456789ab`;
    return { what: `version ${version} in spaces`, sent: ` ${uuid}\n`, stored: uuid };
  }),
  wrongType: wrongTexts,
  notAllowed: [
    ['hyphens', '6c1a5f61-6794-4aa1-8862-94842075279f'],
    ['capitals', '6C1A5F6167944AA1886294842075279F'],
    ['version 0', '6c1a5f6167940aa1886294842075279f'],
    ['version 6', '6c1a5f6167946aa1886294842075279f'],
    ['a variant of 7', '6c1a5f6167944aa1786294842075279f'],
    ['a variant of c', '6c1a5f6167944aa1c86294842075279f'],
    ['31 digits', '6c1a5f6167944aa1886294842075279'],
    ['33 digits', '6c1a5f6167944aa1886294842075279f0'],
    ['a letter beyond f', '6c1a5f6167944aa1886294842075279g'],
    ['nothing', ''],
  ].map(([what, sent]) => ({
    what: `a uuid of ${what}`,
    sent,
    details: () =>
      `resourceUuid[${sent}] is not a valid uuid. A valid uuid is a UUID(v4 recommended) with '-' stripped.`,
  })),
};
