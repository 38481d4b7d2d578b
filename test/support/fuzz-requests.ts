import fc from 'fast-check';
import { type Special, storable, validFor } from './arbitraries.ts';
import { INITIAL_DIGEST } from './logins.ts';
import type { DocumentedOperation, Schema } from './openapi-document.ts';

/** Stands for the uuid of a resource that exists when the request is sent. */
export class Reference {
  /** As paths name the kind: `models`, `user-tags`, `api-jobs`. */
  readonly kind: string;
  readonly index: number;

  constructor(kind: string, index: number) {
    this.kind = kind;
    this.index = index;
  }

  /** For messages about a failing case. */
  toString(): string {
    return `‹${this.kind} ${this.index}›`;
  }
}

/** Text sent as it is: digits of a number that JavaScript would round, or an encoded part of a URL. */
export class Literal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The outcome that a request must have. */
export type Expected = 'accepted' | 'rejected' | 'either';

export interface FuzzRequest {
  operation: DocumentedOperation;
  method: string;
  path: Record<string, string | Reference | Literal>;
  query: [name: string, value: string | Literal][];
  headers: Record<string, string>;
  /** Undefined sends none. */
  body?: unknown;
  /** Sent as it is, in place of a JSON body. */
  raw?: string | Buffer;
  authorization: string | Reference | undefined;
  /** Its flaws; none if the document allows it. */
  flaw: string;
  expected: Expected;
  /** Codes of which an error must have one, where that is certain. */
  codes?: string[];
}

const KIND_OF_TYPE: Record<string, string> = {
  ModelServiceVO: 'model-services',
  ModelVO: 'models',
  ModelCenterVO: 'model-centers',
  DatasetVO: 'datasets',
  ModelServiceInstanceGroupVO: 'groups',
};

/** Members that must name a resource that exists, with its kind (F13). */
const REFERRING: Record<string, string> = {
  modelUuids: 'models',
  modelServiceUuids: 'model-services',
  defaultModelServiceUuid: 'model-services',
  modelUuid: 'models',
  datasetUuids: 'datasets',
  modelServiceGroupUuids: 'groups',
};

/** Well-formed, but of no resource. */
export const UNKNOWN_UUID = '0123456789ab4cde8f0123456789abcd';

/** Texts that edits of the yaml can be applied to (F15). */
export const EDITABLE_YAML = ['services:\n  - name: a # comment\n', '', 'a: 1'];

const anyIndex = fc.nat({ max: 3 });
const referenceTo = (kind: string) => anyIndex.map((index) => new Reference(kind, index));
const oneOf = (...values: string[]) => fc.constantFrom(...values);

/** Values of fields of which the document says more in words than its keywords can. */
const worded: Record<string, fc.Arbitrary<unknown>> = {
  accountName: oneOf('admin', 'admin', 'admin', 'nobody'),
  password: oneOf(INITIAL_DIGEST, INITIAL_DIGEST, INITIAL_DIGEST, 'password'),
  Prefer: oneOf('respond-async', 'wait=1, respond-async;x', 'other'),
  modelCenterUuid: fc.oneof(referenceTo('model-centers'), storable(32)),
  yaml: fc.oneof(
    { weight: 10, arbitrary: oneOf(...EDITABLE_YAML) },
    { weight: 1, arbitrary: oneOf('- a', 'a: [', 'a: 1\na: 2') },
    { weight: 2, arbitrary: storable(60) },
  ),
};

const special: Special = (schema, name) => {
  const kind = REFERRING[name];
  if (kind && schema.type === 'array') {
    return fc.uniqueArray(referenceTo(kind), { maxLength: 2, selector: String });
  }
  if (kind) return referenceTo(kind);
  if (name === 'updateDatasetStructs') return fc.array(changedDataset(schema), { maxLength: 1 });
  const types = schema.properties?.resourceType?.enum;
  if (!types) return schema.pattern ? undefined : worded[name];
  // A tag's type is that of its resource, which must exist.
  const tagged = types.map((type) => {
    const { resourceType: _, resourceUuid: __, ...properties } = schema.properties ?? {};
    const required = schema.required?.filter((each) => each in properties) ?? [];
    return fc
      .tuple(validFor({ ...schema, properties, required }, '', special), anyIndex)
      .map(([tag, index]) => ({
        ...(tag as object),
        resourceType: type,
        resourceUuid: new Reference(KIND_OF_TYPE[type] ?? '', index),
      }));
  });
  return fc.oneof(...tagged);
};

/** A member of a list of changes, which must name a dataset that exists. */
function changedDataset({ items = {} }: Schema): fc.Arbitrary<object> {
  const { uuid: _, ...properties } = items.properties ?? {};
  const changes = validFor({ ...items, properties, required: [] }, '', special);
  return fc
    .tuple(changes, referenceTo('datasets'))
    .map(([given, uuid]) => ({ ...(given as object), uuid }));
}

/** Values that a schema of the document allows. */
export const allowed = (schema: Schema, name = '') => validFor(schema, name, special);

/** The member of a body that holds the parameters. */
export function findWrapper({ body }: DocumentedOperation): string | undefined {
  return Object.keys(body?.properties ?? {}).find((name) => !name.endsWith('Tags'));
}

const scalarFields = ({ properties = {} }: Schema = {}) =>
  Object.entries(properties).filter(([, { type = '' }]) =>
    ['string', 'integer', 'boolean'].includes(type),
  );

/** A condition on a field of an inventory. */
function conditionOn([name, schema]: [string, Schema]): fc.Arbitrary<string> {
  const { type = '', enum: words, minimum = 0, maximum = 0 } = schema;
  const orders = ['=', '!=', '>', '<', '>=', '<='];
  const word = fc.string({ unit: oneOf(...'abz019%_ '), maxLength: 5 });
  const [operators, values]: [string[], fc.Arbitrary<unknown>] = name.endsWith('Date')
    ? [['>='], oneOf('2025-11-25 11:51:50', 'Nov 25, 2025 11:51:50 AM')]
    : type === 'boolean'
      ? [['=', '!='], fc.boolean()]
      : type === 'integer'
        ? [orders, fc.integer({ min: minimum, max: maximum })]
        : [[...orders, '~=', '!~=', '?=', '!?='], words ? fc.oneof(oneOf(...words), word) : word];
  return fc.oneof(
    oneOf(`${name} is null`, `${name} not null`),
    fc.tuple(oneOf(...operators), values).map(([operator, value]) => name + operator + value),
  );
}

/** Values of a query parameter; a list stands for one parameter for each member. */
function queryValues(
  { inventory }: DocumentedOperation,
  name: string,
  schema: Schema,
): fc.Arbitrary<string[]> {
  const fields = scalarFields(inventory);
  const names = fields.map(([field]) => field);
  switch (name) {
    case 'q':
      return fc.array(fc.oneof(...fields.map(conditionOn)), { maxLength: 3 });
    case 'fields':
      return fc.subarray(names, { minLength: 1 }).map((chosen) => [chosen.join(',')]);
    case 'sort':
      return fc.tuple(oneOf('', '+', '-', ' '), oneOf(...names)).map((parts) => [parts.join('')]);
    case 'uuids':
      return fc.array(storable(20), { minLength: 1, maxLength: 3 });
    default:
      return allowed(schema, name).map((value) => [value].flat().map(String));
  }
}

/** What requests need of the server that they are sent to. */
export interface Surroundings {
  session: string;
  /** A hook that may be called. */
  hook: string;
}

function headerValues(name: string, schema: Schema, { hook }: Surroundings) {
  if (name === 'X-Web-Hook') return fc.constant(hook);
  if (name !== 'X-Job-UUID') return allowed(schema, name).map(String);
  const size = { minLength: schema.maxLength as number, maxLength: schema.maxLength as number };
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: oneOf(...'0123456789abcdef'), ...size }) },
    { weight: 1, arbitrary: fc.string({ unit: oneOf(...'09af-/%?#"~'), ...size }) },
  );
}

/** Requests that the document allows. */
export function allowedRequest(
  operation: DocumentedOperation,
  surroundings: Surroundings,
): fc.Arbitrary<FuzzRequest> {
  const { method, body, parameters } = operation;
  /** Chooses a value of each parameter of a place, or none where it may be absent. */
  const valuesOf = <Value>(
    place: string,
    values: (name: string, schema: Schema) => fc.Arbitrary<Value>,
  ): fc.Arbitrary<Record<string, Value>> => {
    const some = parameters.filter((parameter) => parameter.in === place);
    const members: Record<string, fc.Arbitrary<Value>> = Object.fromEntries(
      some.map(({ name, schema }) => [name, values(name, schema)]),
    );
    const requiredKeys = some.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(members, { requiredKeys, noNullPrototype: true }) as never;
  };
  const headers = valuesOf('header', (name, schema) => headerValues(name, schema, surroundings));
  const segments = operation.path.split('/');
  return fc
    .record({
      // A parameter of the path names a resource of the collection before it.
      path: valuesOf('path', (name) =>
        referenceTo(segments[segments.indexOf(`{${name}}`) - 1] as string),
      ),
      query: valuesOf('query', (name, schema) => queryValues(operation, name, schema)),
      // Most requests have none: the answers to most clients are inline ones.
      headers: fc.option(headers, { nil: {} as Record<string, string>, freq: 2 }),
      body: body ? allowed(body) : fc.constant(undefined),
      authorization: operation.needsSession
        ? fc.oneof(
            { weight: 5, arbitrary: fc.constant(surroundings.session) },
            { weight: 1, arbitrary: referenceTo('sessions') },
          )
        : fc.constant(undefined),
    })
    .map(({ query, ...others }) => ({
      ...others,
      operation,
      method,
      query: Object.entries(query).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      ),
      flaw: '',
      expected: 'accepted',
    }));
}
