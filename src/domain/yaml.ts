import {
  CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseDocument,
  type ScalarTag,
  stringify,
  type Tags,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { invalidArgument } from '../contract/errors.ts';
import type { Request } from '../contract/operations.ts';
import type { yamlEditFields } from '../contract/schemas/model-service.ts';
import { TEXT_MAX } from '../contract/schemas/types.ts';

export type EditName = keyof typeof yamlEditFields;
export type Edits = Pick<Request<'UpdateModelService'>['params'], EditName>;

/** Parsing blocks the event loop, so a longer yaml can be replaced but not edited. */
const EDITABLE_MAX = 65_536;
const DEPTH_MAX = 100;

/** Keys of the yaml's first service, by the parameter that sets them (F15). */
const serviceKeys = {
  serviceName: 'name',
  servicePorts: 'ports',
  serviceLivez: 'livez',
  serviceReadyz: 'readyz',
  serviceBootupTime: 'serviceBootupTime',
  serviceInstallPath: 'installPath',
  serviceStartCommand: 'startCommand',
} as const satisfies Partial<Record<EditName, string>>;

/**
 * Applies edits to a service's yaml; comments and other keys are preserved.
 * @throws ApiError SYS.1007 if the text is no YAML mapping, or too long
 */
export function applyEdits(yaml: string, edits: Edits): string {
  const [parameter = ''] = Object.keys(edits);
  const editError = (why: string) =>
    invalidArgument(`field[${parameter}] can't be applied to the service's yaml, ${why}`);

  if (yaml.length > EDITABLE_MAX) {
    throw editError(`which is longer than the ${EDITABLE_MAX} characters that can be edited`);
  }
  let edited: string;
  try {
    const document = parseMapping(yaml);
    for (const [name, value] of Object.entries(edits)) applyEdit(document, name as EditName, value);
    edited = document.toString({ lineWidth: 0 });
  } catch (error) {
    // The library also throws plain errors, for example when nesting exhausts the stack.
    throw editError(`which is not a YAML mapping of the expected form: ${firstLine(error)}`);
  }
  if (edited.length > TEXT_MAX) throw editError('which would become too long');
  return edited;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** @throws Error if the text is not one YAML mapping; an empty text is an empty mapping */
function parseMapping(yaml: string): Document {
  assertNestingDepth(yaml);
  // The library takes quadratic time, minutes on a hostile text, to compare the keys of a mapping and to
  // find the line of each error.
  const document: Document = parseDocument(yaml, {
    uniqueKeys: false,
    prettyErrors: false,
    customTags: preserveNumbers,
  });
  const [error] = document.errors;
  if (error) throw error;
  assertUniqueKeys(document);
  if (document.contents === null) document.contents = new YAMLMap();
  if (!isMap(document.contents)) throw new Error('its top level is not a mapping');
  return document;
}

/** Checks nesting with the lexer, because the recursive parser can crash the process on deep nesting. */
function assertNestingDepth(yaml: string): void {
  let flowDepth = 0;
  let column = 0;
  let keyColumn = 0;
  // Columns of the open block collections; a nested one is further right.
  const blocks: number[] = [];
  for (const lexeme of new Lexer().lex(yaml)) {
    const type = CST.tokenType(lexeme);
    // Control characters that the lexer inserts; they represent no text.
    if (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end') continue;
    if (type === 'flow-seq-start' || type === 'flow-map-start') flowDepth++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') flowDepth--;
    const isItem = type === 'seq-item-ind' || type === 'explicit-key-ind';
    if (flowDepth === 0 && (isItem || type === 'map-value-ind')) {
      const start = isItem ? column : keyColumn;
      while ((blocks.at(-1) ?? -1) >= start) blocks.pop();
      blocks.push(start);
    }
    if (flowDepth + blocks.length > DEPTH_MAX) {
      throw new Error(`it is nested deeper than ${DEPTH_MAX} levels`);
    }
    if (type !== 'space' && type !== 'newline') keyColumn = column;
    const lineEnd = lexeme.lastIndexOf('\n');
    column = lineEnd < 0 ? column + lexeme.length : lexeme.length - lineEnd - 1;
  }
}

/** Keeps the source text of numbers that are not edited, such as `010`, `1e400` or long ones. */
function preserveNumbers(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag !== 'object' || !/:(int|float)$/.test(tag.tag)) return tag;
    const { stringify: write } = tag as ScalarTag;
    return {
      ...(tag as ScalarTag),
      stringify: (item, ...context) => item.source ?? write?.(item, ...context) ?? '',
    } satisfies ScalarTag;
  });
}

function assertUniqueKeys(document: Document): void {
  visit(document, {
    Map(_, map) {
      const keys = map.items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size < keys.length) throw new Error('a mapping has the same key twice');
    },
  });
}

function isNullNode(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function applyEdit(document: Document, name: EditName, value: unknown): void {
  const contents = document.contents as YAMLMap;
  if (name === 'environmentParameters') {
    const env = Object.entries(value as Record<string, string>);
    setValue(
      contents,
      'env',
      env.map(([key, text]) => `${key}:${text}`),
      document,
    );
  } else if (Object.hasOwn(serviceKeys, name)) {
    setValue(
      firstService(contents),
      serviceKeys[name as keyof typeof serviceKeys],
      value,
      document,
    );
  } else {
    setValue(contents, name, value, document);
  }
}

/** Sets a key and keeps the comments of its former value. */
function setValue(map: YAMLMap, key: string, value: unknown, document: Document): void {
  const former = map.get(key, true) as Node | undefined;
  const node = document.createNode(value);
  quoteAmbiguous(node);
  if (former?.comment) node.comment = former.comment;
  if (former?.commentBefore) node.commentBefore = former.commentBefore;
  map.set(key, node);
}

/** Quotes texts such as `yes`, which parsers of YAML 1.1 read as booleans. */
function quoteAmbiguous(node: Node): void {
  visit(node, {
    Scalar(_, scalar) {
      const { value } = scalar;
      if (
        typeof value === 'string' &&
        stringify(value) !== stringify(value, { compat: 'yaml-1.1' })
      ) {
        scalar.type = 'QUOTE_DOUBLE';
      }
    },
  });
}

/** The first entry of `services`, created if missing. */
function firstService(contents: YAMLMap): YAMLMap {
  if (isNullNode(contents.get('services', true))) contents.set('services', new YAMLSeq());
  const services = contents.get('services', true);
  if (!isSeq(services)) throw new Error('its `services` is not a list');
  if (isNullNode(services.get(0, true))) services.set(0, new YAMLMap());
  const first = services.get(0, true);
  if (!isMap(first)) throw new Error('the first of its `services` is not a mapping');
  return first;
}
