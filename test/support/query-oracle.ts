/**
 * F57 once more, as plainly as it can be said: a filter, a sort and a page over objects in
 * memory, written from docs/fidelity.md. It shares no code with the implementation.
 */

export type OracleKind =
  | 'ModelService'
  | 'Model'
  | 'ModelCenter'
  | 'Dataset'
  | 'UserTag'
  | 'SystemTag';
export type OracleType = 'text' | 'integer' | 'long' | 'boolean' | 'date';

type Fields = Record<string, OracleType>;

/** The fields of a type, from their names in one text. */
function all(type: OracleType, names: string): Fields {
  return Object.fromEntries(
    names
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => [name, type]),
  );
}

const dates = all('date', 'createDate lastOpDate');

const refFields = { ...all('text', 'uuid modelUuid modelServiceUuid'), isDefault: 'boolean' };
const imageFields = {
  ...all('text', 'uuid modelServiceUuid cpuArchitecture vmImageUuid dockerImage'),
  ...dates,
};
const centerFields = {
  ...all('text', 'uuid name description url status parameters managementIp'),
  ...all('text', 'storageNetworkUuid serviceNetworkUuid containerRegistry'),
  ...all('text', 'containerStorageNetwork containerNetwork'),
  ...all('integer', 'managementPort'),
  ...dates,
};
const tagFields = { ...all('text', 'uuid resourceUuid resourceType tag type'), ...dates };

/** The scalar fields of F47, by kind. */
export const ownFields: Record<OracleKind, Fields> = {
  ModelService: {
    ...all('text', 'uuid name description readme yaml modelCenterUuid type framework source'),
    ...all('text', 'gpuComputeCapability installPath pythonVersion condaVersion version'),
    ...all('text', 'startCommand containerCommand containerArgs'),
    ...all('integer', 'requestCpu'),
    ...all('long', 'requestMemory size'),
    ...all('boolean', 'system hasNewVersion supportDistributed'),
    ...dates,
  },
  Model: {
    ...all('text', 'uuid name description installPath parameters modelCenterUuid logo vendor'),
    ...all('text', 'modelId introduction version type gpuConstraintDescription versionSemver'),
    ...all('text', 'artifactChecksum architectureType frameworkVersion requiredAccelerator'),
    ...all('text', 'pipelineTag'),
    ...all('integer', 'SAMPLE_SIZE'),
    ...all('long', 'size minGpuMemory recommendedGpuMemory artifactSizeBytes extraGpuMemRequest'),
    ...all('boolean', 'isLatestVersion'),
    ...dates,
  },
  ModelCenter: centerFields,
  Dataset: {
    ...all('text', 'uuid name description url installPath modelCenterUuid'),
    ...all('long', 'size'),
    ...all('boolean', 'system'),
    ...dates,
  },
  UserTag: tagFields,
  SystemTag: { ...tagFields, ...all('boolean', 'inherent') },
};

const under = (prefix: string, fields: object): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, type]) => [`${prefix}.${name}`, type]));

const tagNames = { __userTag__: 'text', __systemTag__: 'text' } as const;

/** What further conditions may name, by kind: related resources' fields, and tags. */
export const otherFields: Record<OracleKind, Fields> = {
  ModelService: {
    ...under('modelServiceRefs', refFields),
    ...under('modelServiceImages', imageFields),
    ...under('modelCenter', centerFields),
    ...tagNames,
  },
  Model: {
    ...under('modelServiceRefs', refFields),
    ...under('modelCenter', centerFields),
    ...tagNames,
  },
  ModelCenter: tagNames,
  Dataset: { ...under('modelCenter', centerFields), ...tagNames },
  UserTag: {},
  SystemTag: {},
};

type Values = Record<string, unknown>;

/** A resource with all that a condition may look at. Dates are milliseconds since the epoch. */
export interface OracleRow extends Values {
  uuid: string;
  createDate: number;
  modelServiceRefs?: object[];
  modelServiceImages?: object[];
  /** The center that modelCenterUuid names, where there is one. */
  modelCenter?: object | undefined;
  userTags?: string[];
  systemTags?: string[];
}

/** That a query is rejected, and with which code. */
export class OracleError extends Error {
  readonly code: string;

  constructor(code: 'SYS.1000' | 'SYS.1007') {
    super(code);
    this.code = code;
  }
}

export interface OracleQuery {
  kind: OracleKind;
  q?: readonly string[];
  sort?: string;
  start?: number;
  limit?: number;
  /** Minutes by which the server's zone is ahead of UTC. */
  zone?: number;
}

/** The rows of a page, in order; and how many there are in all. */
export function oracleQuery<Row extends OracleRow>(
  rows: readonly Row[],
  { kind, q = [], sort = '', start = 0, limit = 1000, zone = 0 }: OracleQuery,
): { page: Row[]; total: number } {
  const conditions = q.map((text) => readCondition(kind, text, zone));
  const order = readSort(kind, sort);
  const found = rows.filter((row) => conditions.every((holds) => holds(row)));
  found.sort(
    (a, b) => order(a, b) || compare(a.createDate, b.createDate) || compare(a.uuid, b.uuid),
  );
  return { page: found.slice(start, start + limit), total: found.length };
}

const operators = [
  '!=',
  '>=',
  '<=',
  '!?=',
  '!~=',
  '~=',
  '?=',
  '=',
  '>',
  '<',
  'is null',
  'not null',
];

function split(text: string): { field: string; operator: string; value: string } {
  for (const operator of operators) {
    for (let at = 0; at + operator.length <= text.length; at++) {
      if (text.slice(at, at + operator.length) !== operator) continue;
      const field = text.slice(0, at).trim();
      if (field === '') throw new OracleError('SYS.1007');
      return { field, operator, value: text.slice(at + operator.length) };
    }
  }
  throw new OracleError('SYS.1007');
}

function readCondition(kind: OracleKind, text: string, zone: number): (row: OracleRow) => boolean {
  const { field, operator, value } = split(text);
  const type = typeOf(kind, field);
  const negative = operator.startsWith('!');
  const test = readTest(type, negative ? operator.slice(1) : operator, value, zone);
  return (row) => {
    const values = valuesOf(row, field).filter((each) => each !== null && each !== undefined);
    // Of a list some member must have a value, or none must.
    if (operator === 'not null') return values.length > 0;
    if (operator === 'is null') return values.length === 0;
    const some = values.some(test);
    if (!negative) return some;
    // "No member" holds of an empty list; of a single value that is null nothing holds.
    return !some && (isList(field) || values.length > 0);
  };
}

function typeOf(kind: OracleKind, field: string): OracleType {
  const fields = { ...ownFields[kind], ...otherFields[kind] };
  if (!Object.keys(fields).includes(field)) throw new OracleError('SYS.1000');
  return fields[field] as OracleType;
}

function isList(field: string): boolean {
  return /^(modelServiceRefs\.|modelServiceImages\.|__)/.test(field);
}

function valuesOf(row: OracleRow, field: string): unknown[] {
  if (field === '__userTag__') return row.userTags ?? [];
  if (field === '__systemTag__') return row.systemTags ?? [];
  const [relation = '', name = ''] = field.split('.');
  if (!field.includes('.')) return [row[field]];
  const related = [row[relation] ?? []].flat() as Values[];
  return related.map((each) => each[name]);
}

type Test = (value: unknown) => boolean;

function readTest(type: OracleType, operator: string, text: string, zone: number): Test {
  switch (operator) {
    case 'is null':
    case 'not null':
      return () => true;
    case '~=':
      if (type === 'text') return (value) => like(fold(String(value)), fold(text));
      // Numbers, booleans and dates know no wildcards: `%` is none of them.
      return readTest(type, '=', text, zone);
    case '?=': {
      const members = membersOf(type, text).map((member) => readValue(type, member, zone));
      return (value) => members.some((member) => compare(seen(type, value), member) === 0);
    }
    default: {
      const expected = readValue(type, text, zone);
      return (value) => {
        const order = compare(seen(type, value), expected);
        if (operator === '=') return order === 0;
        return (
          (operator[0] === '<' ? order < 0 : order > 0) || (operator[1] === '=' && order === 0)
        );
      };
    }
  }
}

/** A stored value as it is compared: dates to the second. */
function seen(type: OracleType, value: unknown): unknown {
  return type === 'date' ? Math.floor(Number(value) / 1000) : value;
}

function membersOf(type: OracleType, text: string): string[] {
  const members: string[] = [];
  for (const part of text.split(',')) {
    const before = members.at(-1);
    // The output format has a comma of its own, after the day.
    if (type === 'date' && before !== undefined && /^[A-Z][a-z][a-z] \d+$/.test(before)) {
      members[members.length - 1] = `${before},${part}`;
    } else members.push(part);
  }
  return members;
}

function readValue(type: OracleType, text: string, zone: number): unknown {
  switch (type) {
    case 'text':
      return text;
    case 'boolean':
      if (/^true$/i.test(text)) return true;
      if (/^false$/i.test(text)) return false;
      break;
    case 'date': {
      const second = readDate(text, zone);
      if (second !== undefined) return second;
      break;
    }
    default: {
      if (!/^ *[+-]?[0-9]+ *$/.test(text)) break;
      const exact = BigInt(text.replace(/[ +]/g, ''));
      const [least, most] =
        type === 'long' ? [-(2n ** 53n) + 1n, 2n ** 53n - 1n] : [-(2n ** 31n), 2n ** 31n - 1n];
      if (exact >= least && exact <= most) return Number(exact);
    }
  }
  throw new OracleError('SYS.1007');
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Seconds since the epoch. */
function readDate(text: string, zone: number): number | undefined {
  let numbers: number[];
  const plain = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  const reported = /^([A-Z][a-z]{2}) (\d\d?), (\d{4}) (\d\d?):(\d\d):(\d\d) ([AP])M$/.exec(text);
  if (plain) {
    numbers = plain.slice(1).map(Number);
  } else if (reported) {
    const month = MONTHS.indexOf(reported[1] as string) / 3 + 1;
    const hour = Number(reported[4]);
    if (hour < 1 || hour > 12) return undefined;
    const hours = (hour === 12 ? 0 : hour) + (reported[7] === 'P' ? 12 : 0);
    numbers = [
      Number(reported[3]),
      month,
      Number(reported[2]),
      hours,
      Number(reported[5]),
      Number(reported[6]),
    ];
  } else return undefined;
  const [year, month, day, hour, minute, second] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  if (days === undefined || day < 1 || day > days) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - zone * 60;
}

function readSort(kind: OracleKind, text: string): (a: OracleRow, b: OracleRow) => number {
  const [, sign, field = ''] = /^ *([+-]?)(.*)$/s.exec(text) ?? [];
  if (field.trim() === '') return () => 0;
  if (!Object.keys(ownFields[kind]).includes(field.trim())) throw new OracleError('SYS.1000');
  const order = (a: OracleRow, b: OracleRow) => {
    const [left, right] = [a[field.trim()] ?? null, b[field.trim()] ?? null];
    // NULL sorts first, as in MySQL.
    if (left === null || right === null) return Number(left !== null) - Number(right !== null);
    return compare(left, right);
  };
  return sign === '-' ? (a, b) => -order(a, b) : order;
}

/** Less than zero, zero, or more; texts without regard to the case of ASCII letters. */
function compare(a: unknown, b: unknown): number {
  if (typeof a !== 'string' || typeof b !== 'string') return Number(a) - Number(b);
  const [left, right] = [codePoints(fold(a)), codePoints(fold(b))];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) as number);
}

function fold(text: string): string {
  return [...text]
    .map((character) =>
      character >= 'A' && character <= 'Z' ? character.toLowerCase() : character,
    )
    .join('');
}

type Sign = { any: true } | { one: true } | { is: string };

/** LIKE: `%` any text, `_` one character, `\` takes the next character, if there is one, for itself. */
function like(text: string, pattern: string): boolean {
  const signs: Sign[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    if (character === '%') signs.push({ any: true });
    else if (character === '_') signs.push({ one: true });
    else if (character === '\\' && index + 1 < characters.length) {
      index++;
      signs.push({ is: characters[index] as string });
    } else signs.push({ is: character });
  }
  const letters = [...text];
  const known = new Map<string, boolean>();
  const matches = (sign: number, letter: number): boolean => {
    const key = `${sign} ${letter}`;
    const result = known.get(key) ?? decide(sign, letter);
    known.set(key, result);
    return result;
  };
  const decide = (at: number, letter: number): boolean => {
    const sign = signs[at];
    if (!sign) return letter === letters.length;
    if ('any' in sign) {
      return matches(at + 1, letter) || (letter < letters.length && matches(at, letter + 1));
    }
    if (letter === letters.length) return false;
    return ('one' in sign || sign.is === letters[letter]) && matches(at + 1, letter + 1);
  };
  return matches(0, 0);
}
