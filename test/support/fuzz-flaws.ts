import fc from 'fast-check';
import { storable } from './arbitraries.ts';
import {
  allowed,
  allowedRequest,
  type Expected,
  type FuzzRequest,
  findWrapper,
  Literal,
  type Surroundings,
  UNKNOWN_UUID,
} from './fuzz-requests.ts';
import { type DocumentedOperation, documentedOperations, type Schema } from './openapi-document.ts';

/** A value that a schema doesn't allow, or that is allowed by a leniency. */
interface Flawed {
  /** Where it stands: names of members, `[]` for an item. */
  where: string;
  value: fc.Arbitrary<unknown>;
  expected: Expected;
}

const ABSENT = Symbol('absent');
/** Numbers that no field can store. */
const HUGE = ['9007199254740993', '-9007199254740993', '123456789012345678901234567890', '1e400'];
const hugeNumbers = HUGE.map((digits) => new Literal(digits));

type Outcomes = Partial<Record<Expected, unknown[]>>;

/** Values of the wrong type for each type, by the outcome they must have (F54). */
const WRONG: Record<string, Outcomes> = {
  string: { rejected: [...hugeNumbers, {}, ['a'], 'a\0b', 'a\ud800', '\udc00a'] },
  integer: { rejected: [...hugeNumbers, 1.5, true, 'abc', '', [1], {}] },
  boolean: { rejected: ['yes', 1, '', [true], {}], accepted: ['TRUE'] },
  array: { rejected: ['a', 1, { 0: 'a' }, [null]] },
  map: { rejected: ['a', ['a'], { 'a\0': 'a' }, { '\ud800': 'a' }], either: [{ a: null }] },
  object: { rejected: ['a', ['a']] },
  numbers: { rejected: [{}, 'a, b', [-1], [1.5], [null], [{}]], either: [3, true] },
};

function flawed(outcomes: Outcomes = {}, where = ''): Flawed[] {
  return Object.entries(outcomes).flatMap(([expected, values]) =>
    values.map((value) => ({ where, value: fc.constant(value), expected: expected as Expected })),
  );
}

/** The same flaws, with each value put into a structure. */
const inside = (flaws: Flawed[], place: string, wrap: (value: unknown) => unknown): Flawed[] =>
  flaws.map(({ where, value, expected }) => ({
    where: place + where,
    value: value.map(wrap),
    expected,
  }));

/** Texts of which more is checked than their schema says. */
const CHECKED =
  /^(resourceUuid|cpuArchitectures?|recommendedGpuNum|accountName|password|modelUuids|modelServiceUuids|defaultModelServiceUuid)$/;

function flawedText(schema: Schema, name: string): Outcomes {
  const { enum: words, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (words) {
    const [word = ''] = words;
    const otherCase = word.toUpperCase().replace(/^./, (letter) => letter.toLowerCase());
    return { rejected: ['Unknown', '', otherCase, `${word}\0`, 1] };
  }
  const unit = name === 'recommendedGpuNum' ? '1,' : 'x';
  const beyond = maxLength <= 4096 ? [unit.repeat(maxLength + 1).slice(0, maxLength + 1)] : [];
  // Other scalars are taken for their texts.
  return maxLength > 5 && !pattern && !CHECKED.test(name)
    ? { rejected: beyond, accepted: [12, false], either: [1.5] }
    : { rejected: beyond, either: [12, false, 1.5] };
}

/** Every way to spoil a value of a schema. */
function spoiled(schema: Schema, name = ''): Flawed[] {
  const { type = '', anyOf, properties, minimum, maximum } = schema;
  if (anyOf) return flawed(WRONG.numbers);
  if (type === 'string') return [...flawed(WRONG.string), ...flawed(flawedText(schema, name))];
  if (type === 'integer') {
    const beyond = (limit: number | undefined, step: bigint) =>
      limit === undefined ? [] : [new Literal(String(BigInt(limit) + step))];
    const within = Math.max(1, minimum ?? 1);
    return flawed(WRONG.integer).concat(
      flawed({
        rejected: [...beyond(minimum, -1n), ...beyond(maximum, 1n)],
        accepted: [`${within}`, ` +${within} `],
      }),
    );
  }
  if (type === 'array') {
    const items = spoiled(schema.items ?? {}, name);
    return flawed(WRONG.array).concat(inside(items, '[]', (item) => [item]));
  }
  if (type === 'object' && !properties) {
    const values = spoiled(schema.additionalProperties as Schema);
    return flawed(WRONG.map).concat(inside(values, '.a', (member) => ({ a: member })));
  }
  return type === 'object' ? spoiledObject(schema) : flawed(WRONG[type]);
}

function spoiledObject(schema: Schema): Flawed[] {
  const { properties = {}, required = [] } = schema;
  const valid = allowed(schema) as fc.Arbitrary<Record<string, unknown>>;
  const members = Object.entries(properties).flatMap(([name, property]) => {
    const isRequired = required.includes(name);
    // A wrapper that holds null is an empty one (F32).
    const isEmptyWrapper = property.properties && !property.required?.length;
    const ofNull = isRequired ? (isEmptyWrapper ? 'either' : 'rejected') : 'accepted';
    const flaws = [
      ...spoiled(property, name),
      ...flawed({ [ofNull]: [null] }),
      ...flawed({ rejected: isRequired ? [ABSENT] : [] }),
    ];
    return flaws.map(({ where, value, expected }) => ({
      where: `.${name}${where}`,
      value: fc.tuple(valid, value).map(([{ [name]: _, ...others }, member]) => {
        return member === ABSENT ? others : { ...others, [name]: member };
      }),
      expected,
    }));
  });
  const unknown = fc.tuple(
    valid,
    fc.constantFrom('unknown', '__proto__', 'constructor', ''),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return [
    ...members,
    ...flawed(WRONG.object),
    {
      where: ' with an unknown member',
      value: unknown.map(([object, name, value]) =>
        Object.fromEntries([...Object.entries(object), [name, value]]),
      ),
      expected: 'accepted',
    },
  ];
}

type Spoil = (request: FuzzRequest) => Partial<FuzzRequest>;

interface Flaw {
  what: string;
  expected: Expected;
  codes?: string[];
  /** Makes the changes of the request. */
  spoil: fc.Arbitrary<Spoil>;
}

/** A flaw that puts one of some values into a request. */
function flaw<Value>(
  what: string,
  expected: Expected,
  values: readonly Value[] | fc.Arbitrary<Value>,
  spoil: (value: Value, request: FuzzRequest) => Partial<FuzzRequest>,
  ...codes: string[]
): Flaw {
  const arbitrary = 'generate' in values ? values : fc.constantFrom(...values);
  return {
    what,
    expected,
    ...(codes.length > 0 && { codes }),
    spoil: arbitrary.map((value) => (request) => spoil(value, request)),
  };
}

function bodyFlaws(operation: DocumentedOperation): Flaw[] {
  const { body } = operation;
  if (!body) return [];
  const wrapper = findWrapper(operation) as string;
  const needsWrapper = (body.required ?? []).length > 0;
  const wrappers = documentedOperations.flatMap((other) => findWrapper(other) ?? []);
  const rename = (name: string, request: FuzzRequest) => {
    const { [wrapper]: params, ...rest } = request.body as Record<string, unknown>;
    return { body: { ...rest, [name]: params ?? {} } };
  };
  const empty = needsWrapper ? 'rejected' : 'accepted';
  return [
    ...spoiled(body).map(({ where, value, expected }) =>
      flaw(
        `a value of body${where}`,
        expected,
        value,
        (changed) => ({ body: changed }),
        ...(expected === 'rejected' ? ['SYS.1007'] : []),
      ),
    ),
    flaw('another wrapper', 'either', [...new Set(['wrong', ...wrappers])], rename),
    flaw('an unknown wrapper', empty, ['Wrong'], rename),
    flaw('an empty body', empty, [''], (raw) => ({ raw })),
    flaw('no body', empty, [undefined, {}], (none) => ({ body: none })),
    flaw(
      'a body that is no object',
      needsWrapper ? 'rejected' : 'either',
      [[], 'a', 1, true, null, [[]]],
      (value) => ({ body: value }),
    ),
  ];
}

const BROKEN_JSON = [
  ...['{', '{"a":}', '{"a":1,}', "{'a':1}", '{"a":1}}', '[1,]', '{"a":01}', '{"a":"\n"}'],
  ...['{"a":"\\x"}', 'undefined', '{"a":NaN}', '"\\ud800', '['.repeat(65) + ']'.repeat(65)],
  Buffer.from([0x22, 0xff, 0xfe, 0x22]),
];
const TYPES = ['text/plain', 'application/xml', 'application/jsonx', 'multipart/form-data', ''];
const VERBS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];
const BROKEN_PATHS = ['%', '%zz', '%ED%A0%80', '%00', '%2F', '.', '%2e%2e', ';', '%20', '%C3'];
const OTHER_AUTHORIZATIONS = ['Bearer a', 'oauth a', 'OAuth', 'ZStack a', 'ZStack a:b', ''];
const UNKNOWN_SESSIONS = [UNKNOWN_UUID, 'a', '%00', 'x'.repeat(300)];

function transportFlaws({ method, path, needsSession }: DocumentedOperation): Flaw[] {
  const ofBody = method === 'GET' ? 'either' : 'rejected';
  // An update has a second path, which the document leaves out (F31).
  const isKnown = (verb: string) =>
    documentedOperations.some(
      (other) =>
        other.method === verb &&
        (other.path === path || (verb === 'PUT' && other.path === `${path}/actions`)),
    );
  // The platform has DeployDistributedModelService there, which is rejected by name (F32).
  const isAbsent = (verb: string) => verb === 'PUT' && path === '/v1/ai/model-services';
  const verbs = VERBS.filter((verb) => !isKnown(verb) && !isAbsent(verb));
  const jsonText = (body: unknown) =>
    JSON.stringify(body ?? {}, (_key, value) => (value instanceof Literal ? 0 : value));
  const flaws = [
    flaw('broken JSON', ofBody, BROKEN_JSON, (raw) => ({ raw }), 'SYS.1007'),
    flaw(
      'another content type',
      ofBody,
      TYPES,
      (type, { headers, body }) => ({
        raw: jsonText(body),
        headers: { ...headers, 'content-type': type },
      }),
      'SYS.1007',
    ),
    flaw('another verb', 'rejected', verbs, (verb) => ({ method: verb }), 'SYS.1009'),
    flaw('a broken path', 'either', BROKEN_PATHS, (text, request) => ({
      path: Object.fromEntries(Object.keys(request.path).map((name) => [name, new Literal(text)])),
    })),
  ];
  if (!needsSession) return flaws;
  const unauthenticated = (what: string, texts: string[], ...codes: string[]) =>
    flaw(
      what,
      'rejected',
      texts,
      (text, { headers }) => ({
        authorization: undefined,
        headers: { ...headers, authorization: text },
      }),
      ...codes,
    );
  return [
    ...flaws,
    flaw('no session', 'rejected', [undefined], (authorization) => ({ authorization }), 'SYS.1007'),
    unauthenticated('another scheme', OTHER_AUTHORIZATIONS, 'SYS.1007', 'ID.1001'),
    unauthenticated(
      'an unknown session',
      UNKNOWN_SESSIONS.map((session) => `OAuth ${session}`),
      'ID.1001',
      'SYS.1007',
    ),
  ];
}

function pathFlaws({ method, id, path, parameters }: DocumentedOperation): Flaw[] {
  const isUpdate = ['POST', 'PUT'].includes(method);
  const isSession = path.includes('/sessions/');
  const unknown = isUpdate || id === 'GetJob' ? 'rejected' : 'accepted';
  // What is no uuid can't have been deleted either (F23).
  const malformed = method === 'DELETE' && !isSession ? 'rejected' : unknown;
  const codes = [isUpdate && isSession ? 'ID.1001' : 'SYS.1003', 'SYS.1007'];
  const texts = fc
    .oneof(storable(20), fc.constantFrom('ünknown', 'a/b', 'x'.repeat(300)))
    .filter((text) => !['', '.', '..'].includes(text));
  return parameters
    .filter((parameter) => parameter.in === 'path')
    .flatMap(({ name }) => {
      const put = (uuid: string, request: FuzzRequest) => ({
        path: { ...request.path, [name]: uuid },
      });
      return [
        flaw(`an unknown uuid for ${name}`, unknown, [UNKNOWN_UUID], put, ...codes),
        flaw(`no uuid for ${name}`, malformed, texts, put, ...codes),
      ];
    });
}

const WRONG_HEADERS: Record<string, string[]> = {
  'X-Job-UUID': ['a'.repeat(31), 'a'.repeat(33), ''],
  'X-Web-Hook': ['nonsense', 'ftp://127.0.0.1/', 'http://', '', 'http://192.0.2.1/'],
  'X-API-Timeout': ['-1', 'abc', '1.5', '1e3', '0x10'],
};

function headerFlaws({ parameters }: DocumentedOperation): Flaw[] {
  return parameters
    .filter(({ name }) => WRONG_HEADERS[name])
    .map(({ name }) =>
      flaw(
        `a wrong ${name}`,
        'rejected',
        WRONG_HEADERS[name] ?? [],
        (value, { headers }) => ({ headers: { ...headers, [name]: value } }),
        'SYS.1007',
      ),
    );
}

/** Values of query parameters that have their own language. */
const WRONG_QUERIES: Record<string, string[]> = {
  q: ['name', '=x', ' = ', '', 'nobody=1'],
  sort: ['nobody', '+nobody', '__proto__'],
  fields: ['nobody', '+nobody', '__proto__'],
};

function queryFlaws({ parameters }: DocumentedOperation): Flaw[] {
  const unknown = [['unknown', '1'] as const, ['__proto__', 'a'] as const, ['a[b]', ''] as const];
  return [
    flaw('an unknown query parameter', 'accepted', unknown, ([name, value], { query }) => ({
      query: [...query, [name, value]],
    })),
    ...parameters
      .filter((parameter) => parameter.in === 'query')
      .flatMap(({ name, schema, required }) => {
        const { type, minimum = 0, maximum = 0, maxItems } = schema;
        const replace = (values: (string | Literal)[], { query }: FuzzRequest) => ({
          query: [
            ...query.filter(([other]) => other !== name),
            ...values.map((value): [string, string | Literal] => [name, value]),
          ],
        });
        const wrong = [
          ...(WRONG_QUERIES[name] ?? []),
          ...(schema.enum ? ['Unknown', 'permissive'] : []),
          ...(type === 'boolean' ? ['maybe', '1'] : []),
          ...(type === 'integer'
            ? ['abc', '1.5', '1e3', `${minimum - 1}`, `${maximum + 1}`, '9007199254740993']
            : []),
        ].map((value) => [value]);
        if (required) wrong.push([]);
        if (maxItems) wrong.push(Array(maxItems + 1).fill(name === 'q' ? 'name=a' : 'a'));
        const bytes = ['%00', '%ED%A0%80', '%zz', '%'].map((text) => [new Literal(text)]);
        const texts = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => [text]);
        return [
          flaw(`any text for ${name}`, 'either', texts, replace),
          flaw(`bytes that are no text for ${name}`, 'either', bytes, replace),
          ...(wrong.length ? [flaw(`a wrong value for ${name}`, 'rejected', wrong, replace)] : []),
        ];
      }),
  ];
}

/** Requests that are wrong in one thing, or allowed by a leniency. */
export function flawedRequest(
  operation: DocumentedOperation,
  surroundings: Surroundings,
): fc.Arbitrary<FuzzRequest> {
  // One kind of flaw is as likely as another, though there are many more of bodies.
  const groups = [
    bodyFlaws(operation),
    queryFlaws(operation),
    [...headerFlaws(operation), ...pathFlaws(operation)],
    transportFlaws(operation),
  ].filter((flaws) => flaws.length > 0);
  const anyFlaw = fc.oneof(
    ...groups.map((flaws) => ({
      weight: Math.ceil(Math.sqrt(flaws.length)),
      arbitrary: fc.oneof(
        ...flaws.map(({ spoil, what, ...others }) =>
          spoil.map((change) => ({ ...others, flaw: what, change })),
        ),
      ),
    })),
  );
  return fc
    .tuple(allowedRequest(operation, surroundings), anyFlaw)
    .map(([request, { change, ...others }]) => ({ ...request, ...others, ...change(request) }));
}
