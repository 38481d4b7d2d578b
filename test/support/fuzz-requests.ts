import fc from 'fast-check';
import { INITIAL_DIGEST } from './logins.ts';
import {
  type DocumentedOperation,
  documentedOperations,
  resolved,
  type Schema,
} from './openapi-document.ts';

/** Kinds of resources, as paths name them. */
export type Kind =
  | 'models'
  | 'model-services'
  | 'model-centers'
  | 'user-tags'
  | 'system-tags'
  | 'tags'
  | 'sessions'
  | 'api-jobs';

/** A resource that there is when the request is sent: the uuid is known only then. */
export class Reference {
  readonly kind: Kind;
  readonly index: number;

  constructor(kind: Kind, index: number) {
    this.kind = kind;
    this.index = index;
  }

  /** For messages about a failing case. */
  toString(): string {
    return `‹${this.kind} ${this.index}›`;
  }
}

/** A number as its digits are to be written, which JavaScript would round. */
export class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A part of the URL that is sent as it is. */
export class Encoded {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The outcome that a request must have. */
export type Expected = 'accepted' | 'refused' | 'either';

export interface FuzzRequest {
  operation: DocumentedOperation;
  method: string;
  path: Record<string, string | Reference | Encoded>;
  query: [name: string, value: string | Encoded][];
  headers: Record<string, string>;
  /** Undefined sends none. */
  body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  raw?: string | Buffer;
  authorization: string | Reference | undefined;
  /** What is wrong with it; empty for what the document allows. */
  flaw: string;
  expected: Expected;
  /** Codes of which a refusal must have one, where that is certain. */
  codes?: string[];
}

const KIND_OF_TYPE: Record<string, Kind> = {
  ModelServiceVO: 'model-services',
  ModelVO: 'models',
  ModelCenterVO: 'model-centers',
};

/** Members that must name a resource there is, with its kind (F13). */
const REFERRING: Record<string, Kind> = {
  modelUuids: 'models',
  modelServiceUuids: 'model-services',
  defaultModelServiceUuid: 'model-services',
};

/** Well-formed, but of no resource. */
export const UNKNOWN_UUID = '0123456789ab4cde8f0123456789abcd';

/** Texts that edits of the yaml can be applied to (F15). */
export const EDITABLE_YAML = ['services:\n  - name: a # comment\n', '', 'a: 1'];

const anyIndex = fc.nat({ max: 3 });
const referenceTo = (kind: Kind) => anyIndex.map((index) => new Reference(kind, index));

/** What a parameter of the path names: something of the collection before it. */
function kindOfPathParameter({ path }: DocumentedOperation, name: string): Kind {
  const segments = path.split('/');
  const collection = segments[segments.indexOf(`{${name}}`) - 1];
  return collection as Kind;
}

/** Well-formed texts without NUL, the only ones there may be (F16). */
const storable = (maxLength: number) =>
  fc
    .string({
      unit: fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom(...' \t\n\r"\'\\/:#-,[]{}&*!|>%@`a0é😀\u2028\ufeff'),
      ),
      maxLength: Math.min(maxLength, 20),
    })
    .map((text) => text.replaceAll('\0', ' '));

const asciiText = fc
  .string({ unit: 'grapheme-ascii', maxLength: 12 })
  .map((text) => text.trim())
  .filter((text) => text !== '');

const architecture = fc.constantFrom('x86_64', 'AARCH64', 'Mips64el', 'loongarch64');
const gpuNumbers = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 4 });

/** Values of members of which the document says more in words than its keywords can. */
const worded: Record<string, fc.Arbitrary<unknown>> = {
  resourceUuid: fc
    .uuid({ version: [1, 2, 3, 4, 5] })
    .map((uuid) => uuid.replaceAll('-', '')) as fc.Arbitrary<unknown>,
  cpuArchitecture: architecture,
  cpuArchitectures: fc.array(architecture, { maxLength: 3 }),
  recommendedGpuNum: fc.oneof(
    gpuNumbers,
    gpuNumbers.map((numbers) => numbers.join(' , ')),
    gpuNumbers.map((numbers) => JSON.stringify(numbers)),
  ),
  accountName: fc.constantFrom('admin', 'admin', 'admin', 'nobody'),
  password: fc.constantFrom(INITIAL_DIGEST, INITIAL_DIGEST, INITIAL_DIGEST, 'password'),
  Prefer: fc.oneof(fc.constantFrom('respond-async', 'wait=1, respond-async;x'), asciiText),
};

/** Values that a schema allows. */
export function allowed(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  const referring = REFERRING[name];
  if (referring && schema.type === 'array') {
    return fc.uniqueArray(referenceTo(referring), { maxLength: 2, selector: String });
  }
  if (referring) return referenceTo(referring);
  if (worded[name] && !schema.pattern) return worded[name];
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => allowed(resolved(each))));
  switch (schema.type) {
    case 'string':
      if (schema.enum) return fc.constantFrom(...schema.enum);
      if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
      return allowedText(schema, name);
    case 'integer':
      return allowedInteger(schema);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(allowed(resolved(schema.items as Schema)), { maxLength: 3 });
    case 'object':
      return schema.properties ? allowedObject(schema) : allowedMap(schema);
    default:
      throw new Error(`no values are known for ${name} of type ${schema.type}`);
  }
}

function allowedText({ maxLength = 60 }: Schema, name: string): fc.Arbitrary<unknown> {
  const texts: fc.WeightedArbitrary<unknown>[] = [{ weight: 12, arbitrary: storable(maxLength) }];
  if (maxLength <= 4096) {
    const longest = fc.constantFrom('x', '😀').map((unit) => unit.repeat(maxLength));
    texts.push({ weight: 1, arbitrary: longest });
  }
  // The resources it may name needn't be there, but may.
  if (name === 'modelCenterUuid') {
    texts.push({ weight: 6, arbitrary: referenceTo('model-centers') });
  }
  if (name === 'yaml') {
    texts.push(
      { weight: 60, arbitrary: fc.constantFrom(...EDITABLE_YAML) },
      { weight: 6, arbitrary: fc.constantFrom('- a', 'a: [', 'a: 1\na: 2') },
    );
  }
  return fc.oneof(...texts);
}

function allowedInteger({ minimum = 0, maximum }: Schema): fc.Arbitrary<number> {
  // Where the document sets no bound, any number is allowed that JSON's readers agree about.
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: minimum, max: Math.min(max, minimum + 100) }) },
    { weight: 2, arbitrary: fc.integer({ min: minimum, max }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, max) },
  );
}

function allowedMap({ additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const values = allowed(resolved(additionalProperties as Schema));
  const keys = fc.oneof(storable(12), fc.constantFrom('__proto__', 'constructor', 'toString'));
  return fc
    .array(fc.tuple(keys, values), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries));
}

function allowedObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, allowed(resolved(property), name)]),
  );
  const object = fc.record(members, { requiredKeys: required });
  if (!properties.resourceType) return object;
  // The type is the tagged resource's, which must be there.
  return fc.tuple(object, anyIndex).map(([value, index]) => {
    const kind = KIND_OF_TYPE[String(value.resourceType)] as Kind;
    return { ...value, resourceUuid: new Reference(kind, index) };
  });
}

/** The member of a body that holds the parameters. */
export function findWrapper({ body }: DocumentedOperation): string | undefined {
  return Object.keys(body?.properties ?? {}).find((name) => !name.endsWith('Tags'));
}

const ORDINARY_WORD = fc.string({ unit: fc.constantFrom(...'abz019%_ '), maxLength: 5 });

/** Conditions, in the words of the query language, on fields of the operation's inventory. */
function condition(inventory: Schema): fc.Arbitrary<string> {
  const conditions = scalarFields(inventory).map(([name, schema]) => {
    const { type, enum: words, minimum = 0, maximum = 0 } = schema;
    const unary = fc.constantFrom(`${name} is null`, `${name} not null`);
    if (name.endsWith('Date')) {
      const dates = fc.constantFrom('2025-11-25 11:51:50', 'Nov 25, 2025 11:51:50 AM');
      return fc.oneof(
        unary,
        dates.map((date) => `${name}>=${date}`),
      );
    }
    if (type === 'boolean') {
      return fc.oneof(unary, fc.constantFrom(`${name}=true`, `${name}!=false`));
    }
    const operators = ['=', '!=', '>', '<', '>=', '<='];
    if (type === 'integer') {
      return fc.oneof(
        unary,
        fc
          .tuple(fc.constantFrom(...operators), fc.integer({ min: minimum, max: maximum }))
          .map(([operator, value]) => `${name}${operator}${value}`),
      );
    }
    const values = words ? fc.oneof(fc.constantFrom(...words), ORDINARY_WORD) : ORDINARY_WORD;
    return fc.oneof(
      unary,
      fc
        .tuple(fc.constantFrom(...operators, '~=', '!~=', '?=', '!?='), values)
        .map(([operator, value]) => `${name}${operator}${value}`),
    );
  });
  return fc.oneof(...conditions);
}

function scalarFields(inventory: Schema): [string, Schema][] {
  return Object.entries(inventory.properties ?? {}).filter(([, { type }]) =>
    ['string', 'integer', 'boolean'].includes(type ?? ''),
  );
}

/** Values of a query parameter; a list stands for one parameter for each member. */
function queryValues(
  { inventory = {} }: DocumentedOperation,
  name: string,
  schema: Schema,
): fc.Arbitrary<string[]> {
  const fields = scalarFields(inventory).map(([field]) => field);
  if (name === 'q') return fc.array(condition(inventory), { maxLength: 3 });
  if (name === 'fields') {
    return fc.subarray(fields, { minLength: 1 }).map((chosen) => [chosen.join(',')]);
  }
  if (name === 'sort') {
    return fc
      .tuple(fc.constantFrom('', '+', '-', ' '), fc.constantFrom(...fields))
      .map(([sign, field]) => [sign + field]);
  }
  if (name === 'uuids') {
    const uuids = fc.oneof(worded.resourceUuid as fc.Arbitrary<unknown>, storable(20));
    return fc.array(uuids.map(String), { minLength: 1, maxLength: 3 });
  }
  return allowed(schema, name).map((value) => (Array.isArray(value) ? value : [value]).map(String));
}

/** Chooses a value of each parameter, or none where it may be absent. */
function parameterValues<Value>(
  operation: DocumentedOperation,
  place: string,
  values: (name: string, schema: Schema) => fc.Arbitrary<Value>,
): fc.Arbitrary<Record<string, Value>> {
  const parameters = operation.parameters.filter((parameter) => parameter.in === place);
  return fc
    .record(
      Object.fromEntries(
        parameters.map(({ name, required, schema }) => [
          name,
          required
            ? values(name, schema)
            : fc.option(values(name, schema), { nil: undefined, freq: 2 }),
        ]),
      ),
    )
    .map((record) => {
      const entries = Object.entries(record).filter(([, value]) => value !== undefined);
      return Object.fromEntries(entries) as Record<string, Value>;
    });
}

/** What requests need of where they are sent to. */
export interface Surroundings {
  session: string;
  /** A hook that may be called. */
  hook: string;
}

const headerValues = ({ hook }: Surroundings) => {
  return (name: string, schema: Schema): fc.Arbitrary<string> => {
    if (name === 'X-Web-Hook') return fc.constant(hook);
    if (name === 'X-Job-UUID') {
      const length = schema.maxLength as number;
      const visible = fc.string({ unit: fc.constantFrom(...'09af-/%?#"~'), ...sized(length) });
      return fc.oneof(
        { weight: 3, arbitrary: fc.string({ unit: HEX, ...sized(length) }) },
        visible,
      );
    }
    return allowed(schema, name).map(String);
  };
};
const HEX = fc.constantFrom(...'0123456789abcdef');
const sized = (length: number) => ({ minLength: length, maxLength: length });

/** Requests that the document allows. */
export function allowedRequest(
  operation: DocumentedOperation,
  surroundings: Surroundings,
): fc.Arbitrary<FuzzRequest> {
  const { method, body } = operation;
  const pathValues = (name: string) =>
    referenceTo(kindOfPathParameter(operation, name)) as fc.Arbitrary<string | Reference>;
  const authorization = operation.needsSession
    ? fc.oneof(
        { weight: 5, arbitrary: fc.constant(surroundings.session) },
        { weight: 1, arbitrary: fc.constant(new Reference('sessions', 0)) },
      )
    : fc.constant(undefined);
  // Half of the requests have none: the answers to most clients are inline ones.
  const headers = parameterValues(operation, 'header', headerValues(surroundings));
  return fc
    .record({
      path: parameterValues(operation, 'path', pathValues),
      query: parameterValues(operation, 'query', (name, schema) =>
        queryValues(operation, name, schema),
      ),
      headers: fc.option(headers, { nil: {} as Record<string, string>, freq: 2 }),
      body: body ? allowed(body) : fc.constant(undefined),
      authorization,
    })
    .map(({ query, headers, ...others }) => ({
      ...others,
      headers,
      operation,
      method,
      query: Object.entries(query).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      ),
      flaw: '',
      expected: 'accepted',
    }));
}

/** A value that the schema doesn't allow, or only just, and the outcome it must have. */
interface Flawed {
  what: string;
  value: fc.Arbitrary<unknown>;
  expected: Expected;
}

const ABSENT = Symbol('absent');

const flawed = (expected: Expected, values: Record<string, unknown>): Flawed[] =>
  Object.entries(values).map(([what, value]) => ({ what, value: fc.constant(value), expected }));

/** Numbers that no field can store. */
const HUGE = {
  'a number above 2^53': new Digits('9007199254740993'),
  'a number of 30 digits': new Digits('123456789012345678901234567890'),
  'a number above every double': new Digits('1e400'),
  'a number below −2^53': new Digits('-9007199254740993'),
};

function flawedText(schema: Schema, name: string): Flawed[] {
  const { maxLength = Number.POSITIVE_INFINITY, enum: words } = schema;
  const flaws = flawed('refused', {
    ...HUGE,
    'an object for a text': {},
    'a list for a text': ['a'],
    'a text with NUL': words?.[0] ? `${words[0]}\0` : 'a\0b',
    'a text with half a surrogate pair': 'a\ud800',
    'a text with the other half': '\udc00a',
  });
  if (words) {
    return flaws.concat(
      flawed('refused', {
        'an unknown word': 'Unknown',
        'an empty word': '',
        'a word in another case': words[0]?.toUpperCase().replace(/^(.)/, (a) => a.toLowerCase()),
        'a number for a word': 1,
      }),
    );
  }
  if (maxLength <= 4096) {
    const unit = name === 'recommendedGpuNum' ? '1,' : 'x';
    const beyond = unit.repeat(maxLength + 1).slice(0, maxLength + 1);
    flaws.push(...flawed('refused', { 'a text beyond its limit by one': beyond }));
  }
  const isFree = !worded[name] && !REFERRING[name] && !schema.pattern;
  const leniency = isFree && maxLength > 5 ? 'accepted' : 'either';
  return flaws.concat(
    flawed(leniency, { 'a number for a text': 12, 'a boolean for a text': false }),
    flawed('either', { 'a fraction for a text': 1.5 }),
  );
}

function flawedInteger({ minimum, maximum }: Schema): Flawed[] {
  const beyond: Record<string, unknown> = {};
  if (minimum !== undefined) beyond['an integer below its limit by one'] = numberOf(minimum, -1n);
  if (maximum !== undefined) beyond['an integer above its limit by one'] = numberOf(maximum, 1n);
  const within = minimum !== undefined && minimum > 1 ? minimum : 1;
  return [
    ...flawed('refused', {
      ...HUGE,
      ...beyond,
      'a fraction': 1.5,
      'a boolean for an integer': true,
      'a word for an integer': 'abc',
      'an empty text for an integer': '',
      'a list for an integer': [within],
      'an object for an integer': {},
    }),
    ...flawed('accepted', {
      'a text of digits for an integer': String(within),
      'a text of digits with blanks and a sign': ` +${within} `,
    }),
  ];
}

function numberOf(limit: number, step: bigint): Digits {
  return new Digits(String(BigInt(limit) + step));
}

/** Every way to spoil a value of a schema, a little. */
function spoiled(schema: Schema, name = ''): Flawed[] {
  if (schema.anyOf) {
    return flawed('refused', {
      'an object for a number or list': {},
      'words for numbers': 'a, b',
      'a negative number': [-1],
      'a fraction in a list': [1.5],
      'null in a list': [null],
      'an object in a list': [{}],
    }).concat(flawed('either', { 'a single number': 3, 'a boolean': true }));
  }
  switch (schema.type) {
    case 'string':
      return flawedText(schema, name);
    case 'integer':
      return flawedInteger(schema);
    case 'boolean':
      return [
        ...flawed('refused', {
          'a word for a boolean': 'yes',
          'a number for a boolean': 1,
          'an empty text for a boolean': '',
          'a list for a boolean': [true],
          'an object for a boolean': {},
        }),
        ...flawed('accepted', { 'a text for a boolean': 'TRUE' }),
      ];
    case 'array': {
      const items = resolved(schema.items as Schema);
      const spoiledItems = spoiled(items, worded[name] ? name : REFERRING[name] ? name : '');
      return [
        ...flawed('refused', {
          'a text for a list': 'a',
          'a number for a list': 1,
          'an object for a list': { 0: 'a' },
          'null in a list': [null],
        }),
        ...spoiledItems.map(({ what, value, expected }) => ({
          what: `${what} in a list`,
          value: value.map((item) => [item]),
          expected,
        })),
      ];
    }
    case 'object':
      return schema.properties ? spoiledObject(schema) : spoiledMap(schema);
    default:
      throw new Error(`no flaws are known for ${name} of type ${schema.type}`);
  }
}

function spoiledMap({ additionalProperties }: Schema): Flawed[] {
  return [
    ...flawed('refused', { 'a text for a map': 'a', 'a list for a map': ['a'] }),
    ...flawed('either', { 'null in a map': { a: null } }),
    ...flawed('refused', {
      'a key with NUL': { 'a\0': 'a' },
      'half a pair in a key': { '\ud800': 'a' },
    }),
    ...spoiled(resolved(additionalProperties as Schema)).map(({ what, value, expected }) => ({
      what: `${what} in a map`,
      value: value.map((member) => ({ a: member })),
      expected,
    })),
  ];
}

function spoiledObject(schema: Schema): Flawed[] {
  const { properties = {}, required = [] } = schema;
  const valid = allowedObject(schema) as fc.Arbitrary<Record<string, unknown>>;
  const members = Object.entries(properties).flatMap(([name, property]) => {
    const propertySchema = resolved(property);
    const isRequired = required.includes(name);
    const hasRequired = (propertySchema.required ?? []).length > 0;
    const isWrapper = propertySchema.type === 'object' && propertySchema.properties !== undefined;
    // A wrapper that holds null is an empty one (F32).
    const nullExpected = !isRequired
      ? 'accepted'
      : isWrapper && !hasRequired
        ? 'either'
        : 'refused';
    const flaws = [
      ...spoiled(propertySchema, name),
      ...flawed(nullExpected, { null: null }),
      ...(isRequired ? flawed('refused', { 'nothing, though required,': ABSENT }) : []),
    ];
    return flaws.map(({ what, value, expected }) => ({
      what: `${what} in ${name}`,
      value: fc.tuple(valid, value).map(([object, member]) => {
        const { [name]: _, ...others } = object;
        return member === ABSENT ? others : { ...others, [name]: member };
      }),
      expected,
    }));
  });
  const extra = fc.tuple(
    valid,
    fc.constantFrom('unknown', '__proto__', 'constructor', ''),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return [
    ...members,
    ...flawed('refused', { 'a text for an object': 'a', 'a list for an object': ['a'] }),
    {
      what: 'an unknown member',
      value: extra.map(([object, name, value]) =>
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
  /** What it changes of the request. */
  spoil: fc.Arbitrary<Spoil>;
}

const always = (spoil: Spoil) => fc.constant(spoil);

function bodyFlaws(operation: DocumentedOperation): Flaw[] {
  const { body } = operation;
  if (!body) return [];
  const wrapper = findWrapper(operation) as string;
  const needsWrapper = (body.required ?? []).length > 0;
  const others = documentedOperations.flatMap((other) => findWrapper(other) ?? []);
  const synonyms = ['param', 'params'];
  const renamed = fc.constantFrom(...new Set(['wrong', ...others]));
  const values = spoiled(body).map(
    ({ what, value, expected }): Flaw => ({
      what,
      expected,
      ...(expected === 'refused' && { codes: ['SYS.1007'] }),
      spoil: value.map((changed) => () => ({ body: changed })),
    }),
  );
  const empty: Expected = needsWrapper ? 'refused' : 'accepted';
  return [
    ...values,
    {
      what: 'another wrapper',
      expected: 'either',
      spoil: renamed.map((name) => ({ body }) => {
        const { [wrapper]: params, ...rest } = body as Record<string, unknown>;
        return { body: { ...rest, [name]: params } };
      }),
    },
    {
      what: 'an unknown wrapper',
      expected: synonyms.includes(wrapper) || needsWrapper ? empty : 'accepted',
      spoil: always(({ body }) => {
        const { [wrapper]: params, ...rest } = body as Record<string, unknown>;
        return { body: { ...rest, Wrong: params ?? {} } };
      }),
    },
    { what: 'an empty body', expected: empty, spoil: always(() => ({ raw: '' })) },
    { what: 'no body', expected: empty, spoil: always(() => ({ body: undefined })) },
    { what: 'an empty object', expected: empty, spoil: always(() => ({ body: {} })) },
    {
      what: 'no object',
      expected: needsWrapper ? 'refused' : 'either',
      spoil: fc.constantFrom([], 'a', 1, true, null, [[]]).map((value) => () => ({ body: value })),
    },
  ];
}

const BROKEN_JSON = [
  '{',
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":1}}',
  '[1,]',
  '{"a":01}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  'undefined',
  '{"a":NaN}',
  '"\\ud800',
  '['.repeat(65) + ']'.repeat(65),
];

function transportFlaws({ method, path, needsSession }: DocumentedOperation): Flaw[] {
  const readsBody = method !== 'GET';
  const types = ['text/plain', 'application/xml', 'application/jsonx', 'multipart/form-data', ''];
  const known = documentedOperations.filter((other) => other.path === path);
  // An update has a second path, which the document leaves out (F31).
  const hasHiddenPut = documentedOperations.some(
    (other) => other.method === 'PUT' && other.path === `${path}/actions`,
  );
  const verbs = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter(
    (verb) => !known.some((other) => other.method === verb) && !(verb === 'PUT' && hasHiddenPut),
  );
  return [
    {
      what: 'broken JSON',
      expected: readsBody ? 'refused' : 'either',
      codes: ['SYS.1007'],
      spoil: fc
        .oneof(
          fc.constantFrom<string | Buffer>(...BROKEN_JSON, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
          fc.jsonValue({ maxDepth: 2 }).map((value) => `{"a":${JSON.stringify(value)}`),
        )
        .map((raw) => () => ({ raw })),
    },
    {
      what: 'another content type',
      expected: readsBody ? 'refused' : 'either',
      codes: ['SYS.1007'],
      spoil: fc.constantFrom(...types).map((type) => ({ headers, body }) => ({
        raw: JSON.stringify(body ?? {}, (_key, value) => (value instanceof Digits ? 0 : value)),
        headers: { ...headers, 'content-type': type },
      })),
    },
    {
      what: 'another verb',
      expected: 'refused',
      codes: ['SYS.1009'],
      spoil: fc.constantFrom(...verbs).map((method) => () => ({ method })),
    },
    {
      what: 'a broken path',
      expected: 'either',
      spoil: fc
        .constantFrom('%', '%zz', '%ED%A0%80', '%00', '%2F', '.', '%2e%2e', ';', '%20', '%C3')
        .map((text) => ({ path }) => ({
          path: Object.fromEntries(Object.keys(path).map((name) => [name, new Encoded(text)])),
        })),
    },
    ...(needsSession ? authorizationFlaws : []),
  ];
}

const authorizationFlaws: Flaw[] = [
  {
    what: 'no authorization',
    expected: 'refused',
    codes: ['SYS.1007'],
    spoil: always(() => ({ authorization: undefined })),
  },
  {
    what: 'an authorization of another form',
    expected: 'refused',
    codes: ['SYS.1007', 'ID.1001'],
    spoil: fc
      .constantFrom('Bearer a', 'oauth a', 'OAuth', 'ZStack a', 'ZStack a:b', '')
      .map((text) => ({ headers }) => ({
        authorization: undefined,
        headers: { ...headers, authorization: text },
      })),
  },
  {
    what: 'an unknown session',
    expected: 'refused',
    codes: ['ID.1001', 'SYS.1007'],
    spoil: fc
      .constantFrom(UNKNOWN_UUID, 'a', '%00', 'x'.repeat(300))
      .map((session) => () => ({ authorization: session })),
  },
];

function pathFlaws(operation: DocumentedOperation): Flaw[] {
  const names = operation.parameters.filter(({ in: place }) => place === 'path');
  const isUpdate = ['POST', 'PUT'].includes(operation.method);
  const isSession = operation.path.includes('/sessions/');
  const unknown: Expected = isUpdate || operation.id === 'GetJob' ? 'refused' : 'accepted';
  // What is no uuid can't have been deleted either (F23).
  const isDeletion = operation.method === 'DELETE' && !isSession;
  const codes = [isUpdate && isSession ? 'ID.1001' : 'SYS.1003', 'SYS.1007'];
  return names.flatMap(({ name }): Flaw[] => [
    {
      what: `an unknown uuid for ${name}`,
      expected: unknown,
      codes,
      spoil: always(({ path }) => ({ path: { ...path, [name]: UNKNOWN_UUID } })),
    },
    {
      what: `no uuid for ${name}`,
      expected: isDeletion ? 'refused' : unknown,
      codes,
      spoil: fc
        .oneof(storable(20), fc.constantFrom('ünknown', 'a/b', 'x'.repeat(300)))
        .filter((text) => !['', '.', '..'].includes(text))
        .map((text) => ({ path }) => ({ path: { ...path, [name]: text } })),
    },
  ]);
}

function headerFlaws({ parameters }: DocumentedOperation): Flaw[] {
  const wrong: Record<string, (schema: Schema) => string[]> = {
    'X-Job-UUID': ({ maxLength = 0 }) => ['a'.repeat(maxLength - 1), 'a'.repeat(maxLength + 1), ''],
    'X-Web-Hook': () => ['nonsense', 'ftp://127.0.0.1/', 'http://', '', 'http://192.0.2.1/'],
    'X-API-Timeout': () => ['-1', 'abc', '1.5', '', '1e3', '0x10'],
  };
  return parameters.flatMap(({ in: place, name, schema }): Flaw[] => {
    const values = place === 'header' && wrong[name];
    if (!values) return [];
    return [
      {
        what: `a wrong ${name}`,
        expected: 'refused',
        codes: ['SYS.1007'],
        spoil: fc.constantFrom(...values(schema)).map((value) => ({ headers }) => ({
          headers: { ...headers, [name]: value },
        })),
      },
    ];
  });
}

function queryFlaws({ parameters }: DocumentedOperation): Flaw[] {
  const replace = (name: string, values: (string | Encoded)[]): Spoil => {
    return ({ query }) => ({
      query: [
        ...query.filter(([other]) => other !== name),
        ...values.map((value): [string, string | Encoded] => [name, value]),
      ],
    });
  };
  const one = (name: string, expected: Expected, what: string, values: (string | Encoded)[]) => ({
    what: `${what} for ${name}`,
    expected,
    spoil: fc.constantFrom(...values).map((value) => replace(name, [value])),
  });
  const flaws = parameters.flatMap(({ in: place, name, schema, required }): Flaw[] => {
    if (place !== 'query') return [];
    const list: Flaw[] = [
      one(name, 'either', 'bytes that are no text', [
        new Encoded('%00'),
        new Encoded('%ED%A0%80'),
        new Encoded('%zz'),
        new Encoded('%'),
      ]),
      { what: `a free text for ${name}`, expected: 'either', spoil: freeText(name, replace) },
    ];
    if (required) {
      const spoil = always(({ query }) => ({ query: query.filter(([other]) => other !== name) }));
      list.push({ what: `no ${name}, though required`, expected: 'refused', spoil });
    }
    if (schema.enum) list.push(one(name, 'refused', 'an unknown word', ['Unknown', 'permissive']));
    if (schema.type === 'integer') {
      const { minimum = 0, maximum = 0 } = schema;
      const beyond = [String(minimum - 1), String(maximum + 1), '9007199254740993'];
      list.push(one(name, 'refused', 'no such integer', ['abc', '1.5', '1e3', ...beyond]));
    }
    if (schema.type === 'boolean') list.push(one(name, 'refused', 'no boolean', ['maybe', '1']));
    if (schema.maxItems !== undefined) {
      const most = Array.from({ length: schema.maxItems + 1 }, () =>
        name === 'q' ? 'name=a' : 'a',
      );
      const spoil = always(replace(name, most));
      list.push({ what: `one too many for ${name}`, expected: 'refused', spoil });
    }
    if (name === 'q') {
      list.push(one(name, 'refused', 'no condition', ['name', '=x', ' = ', '', 'nobody=1']));
    }
    if (name === 'sort' || name === 'fields') {
      list.push(one(name, 'refused', 'an unknown field', ['nobody', '+nobody', '__proto__']));
    }
    return list;
  });
  return [
    ...flaws,
    {
      what: 'an unknown query parameter',
      expected: 'accepted',
      spoil: fc
        .constantFrom<[string, string]>(['unknown', '1'], ['__proto__', 'a'], ['a[b]', ''])
        .map((pair) => ({ query }) => ({ query: [...query, pair] })),
    },
  ];
}

function freeText(name: string, replace: (name: string, values: string[]) => Spoil) {
  return fc.string({ unit: 'binary', maxLength: 12 }).map((text) => replace(name, [text]));
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
        ...flaws.map(({ spoil, what, expected, codes }) =>
          spoil.map((spoil) => ({ spoil, flaw: what, expected, codes })),
        ),
      ),
    })),
  );
  return fc
    .tuple(allowedRequest(operation, surroundings), anyFlaw)
    .map(([request, { spoil, flaw, expected, codes }]) => ({
      ...request,
      flaw,
      expected,
      ...(codes && { codes }),
      ...spoil(request),
    }));
}
