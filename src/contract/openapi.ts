import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { documentedFailures, ErrorAnswer, jobFailures, temporaryFailures } from './errors.ts';
import { isWrite, type Operation, type OperationName, operations } from './operations.ts';
import { answerSchema, bodySchema, pathSchema } from './schemas/envelopes.ts';
import { GetJob, JobAccepted, JobRunning, OperationHeaders, WriteHeaders } from './schemas/job.ts';

type Members = Record<string, unknown>;

/** An example request of an operation, and the server's answer to it. */
interface Example {
  path?: Members;
  query?: Members;
  body?: object;
  answer: object;
  /** What the request was answered whose job this is the poll of. */
  accepted?: object;
}

export interface Examples {
  /** Values of parameters, where the operation has none of its own. */
  parameters: Members;
  operations: Record<string, Example>;
  /** The bodies of failures by status, for an operation, a tag, or '' for all others. */
  errors: Record<string, Record<string, object>>;
}

const operationNames = Object.keys(operations) as OperationName[];

/** Query parameters whose reserved characters may be sent as they are. */
const RESERVED = new Set(['q', 'fields']);
/** The groups of error examples of reads, which fail in other ways than writes. */
const READ_EXAMPLES: Partial<Record<Operation['answers'], string>> = {
  inventories: 'Queries',
  found: 'Gets',
};

/** Headers of every answer; `base` describes them. */
const ANSWER_HEADERS = ['X-Request-Id', 'Cache-Control', 'X-Content-Type-Options'];

/**
 * Makes the OpenAPI document from the catalogues of operations and errors. It has no keyword in which OpenAPI 3.0
 * and 3.1 differ, so that it is valid as both.
 * @param base the document without operations
 */
export function openapiDocument(base: Members & { components: Members }, examples: Examples) {
  const builder = new DocumentBuilder(examples);
  const paths = builder.paths();
  return { ...base, paths, components: { ...base.components, ...builder.components } };
}

/** Makes the operations of the document, and collects the components that they refer to. */
class DocumentBuilder {
  readonly components = {
    parameters: {} as Members,
    responses: {} as Members,
    schemas: {} as Members,
  };
  readonly #examples: Examples;

  constructor(examples: Examples) {
    this.#examples = examples;
  }

  paths(): Members {
    const all: Record<string, Members> = {};
    for (const name of operationNames) {
      const { path, method } = operations[name];
      all[path] = { ...all[path], [method.toLowerCase()]: this.#operation(name) };
    }
    all[GetJob.path] = { get: this.#jobPoll() };
    return all;
  }

  #operation(name: OperationName): Members {
    const operation: Operation = operations[name];
    const { method, tag, summary, description, query, since, open, answers } = operation;
    const body = bodySchema(name);
    const example = this.#example(name);
    return {
      operationId: name,
      summary,
      description,
      tags: [tag],
      ...(open && { security: [] }),
      parameters: [
        ...this.#parameters('path', pathSchema(operation), example.path),
        ...this.#parameters('query', query, example.query),
        ...this.#parameters('header', isWrite(operation) ? WriteHeaders : OperationHeaders),
      ],
      ...(body && {
        requestBody: { required: body.required !== undefined, ...this.#json(body, example.body) },
      }),
      responses: {
        200: this.#response('The operation succeeded.', answerSchema(name), example.answer),
        ...(isWrite(operation) && { 202: this.#accepted() }),
        ...this.#failures(
          documentedFailures(method !== 'GET', operation.failures, open),
          name,
          READ_EXAMPLES[answers] ?? tag,
        ),
      },
      ...(since && { 'x-zstack-since': since }),
    };
  }

  /** The poll of a job may have the answer of any write. */
  #jobPoll(): Members {
    const { name, tag, summary, description, params, headers } = GetJob;
    const answers = operationNames
      .filter((each) => isWrite(operations[each]))
      .map((each) => answerSchema(each));
    // Tools take the first that matches. The schemas that require most come first, then those with most properties.
    const sizeOf = ({ required = [], properties }: TObject) =>
      100 * required.length + Object.keys(properties).length;
    const unique = new Map(answers.map((answer) => [answer.$id, answer]));
    const answer = Type.Unsafe<object>({
      $id: 'JobAnswer',
      description: 'What the operation of the job answers.',
      anyOf: [...unique.values()].toSorted((a, b) => sizeOf(b) - sizeOf(a)),
    });
    const example = this.#example(name);
    return {
      operationId: name,
      summary,
      description,
      tags: [tag],
      security: [],
      parameters: [
        ...this.#parameters('path', params, example.path),
        ...this.#parameters('header', headers),
      ],
      responses: {
        200: this.#response('The job has succeeded.', answer, example.answer),
        202: this.#response(JobRunning.description, JobRunning, {}),
        ...this.#failures(jobFailures(), name, tag),
      },
    };
  }

  #example(name: string): Example {
    const example = this.#examples.operations[name];
    if (!example) throw new Error(`${name} has no example`);
    return example;
  }

  #parameters(
    location: 'path' | 'query' | 'header',
    { properties, required = [] }: TObject,
    examples: Members = {},
  ): object[] {
    return Object.entries<TSchema>(properties).map(([name, { description, ...schema }]) => {
      const parameter = {
        in: location,
        name,
        required: required.includes(name),
        description,
        ...(schema.type === 'array' && { style: 'form', explode: true }),
        ...(RESERVED.has(name) && { allowReserved: true }),
        schema: this.#schema(schema as TSchema),
        example: examples[name] ?? this.#examples.parameters[name],
      };
      // The parameters of paths have examples of their own.
      if (location === 'path') return parameter;
      return this.#shared('parameters', pascalCase(`${name} parameter`), parameter);
    });
  }

  #accepted(): object {
    const { accepted } = this.#example(GetJob.name);
    const response = this.#response(JobAccepted.description, JobAccepted, accepted);
    return this.#shared('responses', 'Accepted', response);
  }

  #failures(documented: ReturnType<typeof documentedFailures>, name: string, tag: string): Members {
    const { errors } = this.#examples;
    return Object.fromEntries(
      documented.map(({ status, failures, description }) => {
        const group = [name, tag, ''].find((each) => errors[each]?.[status]) ?? '';
        const [kind = ''] = failures.length === 1 ? failures : ['failure'];
        const isTemporary = failures.some((failure) => temporaryFailures.includes(failure));
        const headers = isTemporary ? ['Retry-After'] : [];
        const response = this.#response(description, ErrorAnswer, errors[group]?.[status], headers);
        return [status, this.#shared('responses', pascalCase(`${group} ${kind}`), response)];
      }),
    );
  }

  /** @param headers those that it has in addition to `ANSWER_HEADERS` */
  #response(
    description: string | undefined,
    schema: TSchema,
    example: unknown,
    headers: string[] = [],
  ): Members {
    const references = [...ANSWER_HEADERS, ...headers].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]);
    const content = this.#json(schema, example);
    return { description, headers: Object.fromEntries(references), ...content };
  }

  #json(schema: TSchema, example: unknown): Members {
    return { content: { 'application/json': { schema: this.#schema(schema), example } } };
  }

  /** Makes an object a component, unless another one has its name. */
  #shared(section: 'parameters' | 'responses', name: string, object: object): object {
    this.components[section][name] ??= object;
    const isSame = JSON.stringify(this.components[section][name]) === JSON.stringify(object);
    return isSame ? { $ref: `#/components/${section}/${name}` } : object;
  }

  /** Converts a schema to its form in the document; one with an `$id` becomes a component. */
  #schema(schema: TSchema): Members {
    const { $id, default: value, 'x-zstack-since': since, ...keywords } = schema;
    const siblings = {
      ...(value !== undefined && { default: value }),
      ...(since !== undefined && { 'x-zstack-since': since }),
    };
    if ($id === undefined) return { ...this.#keywords(keywords as TSchema), ...siblings };
    this.components.schemas[$id] ??= this.#keywords(keywords as TSchema);
    const reference = { $ref: `#/components/schemas/${$id}` };
    if (Object.keys(siblings).length === 0) return reference;
    return { allOf: [reference], description: schema.description, ...siblings };
  }

  #keywords({ examples: [example] = [], ...schema }: TSchema & { examples?: unknown[] }): Members {
    const { properties, items, anyOf, enum: values, ...keywords } = schema;
    // A parameter that may be a text or a list is documented as a text.
    if (anyOf && !anyOf[0].$id) return { ...this.#schema(anyOf[0]), ...keywords, example };
    return {
      ...keywords,
      // Code that is generated from an enumeration of one value often doesn't compile.
      ...(values && (values.length > 1 ? { enum: values } : { pattern: `^${values[0]}$` })),
      ...(properties && {
        properties: Object.fromEntries(
          Object.entries<TSchema>(properties).map(([name, each]) => [name, this.#property(each)]),
        ),
      }),
      ...(items && { items: this.#schema(items) }),
      ...(anyOf && { anyOf: anyOf.map((each: TSchema) => this.#schema(each)) }),
      ...(example !== undefined && { example }),
    };
  }

  /**
   * Converts a property of an object. A default goes into the description: openapi-typescript requires a property
   * that has one.
   */
  #property({ default: value, ...schema }: TSchema): Members {
    const { $ref, ...keywords } = this.#schema(schema as TSchema);
    if (value === undefined) return $ref ? { $ref } : keywords;
    const description = `${schema.description} Default: ${JSON.stringify(value)}.`;
    return { ...($ref ? { allOf: [{ $ref }] } : keywords), description };
  }
}

function pascalCase(words: string): string {
  return words.replace(
    /[ -]*(\w+)/g,
    (_, word: string) => word.charAt(0).toUpperCase() + word.slice(1),
  );
}
