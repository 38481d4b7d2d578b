import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  visit,
  YAMLMap,
} from 'yaml';
import { invalidArgument } from '../contract/errors.ts';
import type { Request } from '../contract/operations.ts';
import type { yamlEditFields } from '../contract/schemas/model-service.ts';
import { type Change, setValues } from './yaml-splices.ts';

export type EditName = keyof typeof yamlEditFields;
export type Edits = Pick<Request<'UpdateModelService'>['params'], EditName>;

/** Parsing blocks the event loop, so a longer or denser yaml can be replaced but not edited. */
const LENGTH_MAX = 65_536;
const TOKENS_MAX = 4000;
const LEVELS_MAX = 100;

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

/** Thrown for a text that can be stored but not edited. */
class TooLarge extends Error {}

/**
 * The yaml of a service after an update.
 * @param sent the yaml of the update, where it has one
 * @throws ApiError SYS.1007 for edits that can't be applied, or a new yaml with a syntax error (F16)
 */
export function updateYaml(stored: string, sent: string | undefined, edits: Edits): string {
  if (sent === undefined) return applyEdits(stored, edits);
  if (sent !== stored) assertSyntax(sent);
  return sent;
}

function assertSyntax(yaml: string): void {
  try {
    const errors = compose(yaml).flatMap((document) => document.errors);
    const error = errors.find(({ code }) => code !== 'TAG_RESOLVE_FAILED');
    if (!error) return;
    const lines = yaml.slice(0, error.pos[0]).split('\n');
    const place = `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
    throw invalidArgument(`Invalid YAML format: ${error.message} (${place})`);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
  }
}

/**
 * Applies edits to a service's yaml; what they don't replace stays as it was written (F15).
 * @throws ApiError SYS.1007 if the text is no YAML mapping, is too large before or after the edits, or
 *   would change in another value
 */
export function applyEdits(yaml: string, edits: Edits): string {
  try {
    if (JSON.stringify(edits).length > LENGTH_MAX) throw new Error('the new values are too long');
    const { text, document } = parse(yaml);
    const changes = changesOf(document.contents as YAMLMap.Parsed, edits);
    assertWithoutAlias(document, changes);
    const edited = setValues(text, changes);
    for (const [mapping, values] of changes) {
      for (const [key, value] of Object.entries(values)) {
        (mapping as YAMLMap).add(document.createPair(key, value), true);
      }
    }
    if (canonicalForm(parse(edited).document.contents) === canonicalForm(document.contents))
      return edited;
    throw new Error('another value would change');
  } catch (error) {
    // The library also throws plain errors, for example for a value that its tag does not allow.
    const [reason] = String(error instanceof Error ? error.message : error).split('\n', 1);
    throw invalidArgument(
      `field[${Object.keys(edits)[0]}] can't be applied to the service's yaml, which can't be edited: ${reason}`,
    );
  }
}

/**
 * Finds the mappings that edits change, with their new values, the outer one first.
 * @throws Error if the first entry of `services` is no mapping
 */
function changesOf(root: YAMLMap.Parsed, edits: Edits): Change[] {
  const values: Record<string, unknown> = {};
  const service: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(edits)) {
    if (name === 'environmentParameters') {
      values.env = Object.entries(value).map(([key, text]) => `${key}:${text}`);
    } else if (Object.hasOwn(serviceKeys, name)) {
      service[serviceKeys[name as keyof typeof serviceKeys]] = value;
    } else values[name] = value;
  }
  if (Object.keys(service).length === 0) return [[root, values]];
  const services: unknown = root.get('services', true);
  const entries = isSeq(services) ? services.items : [services];
  if (entries.every(isNull)) return [[root, { ...values, services: [service] }]];
  if (!isSeq(services)) throw new Error('its `services` is not a list');
  if (!isMap(entries[0])) throw new Error('the first of its `services` is not a mapping');
  return [
    [root, values],
    [entries[0] as YAMLMap.Parsed, service],
  ];
}

/** @throws Error if an alias stands for a mapping that would change, or for the list that holds it */
function assertWithoutAlias(document: Document.Parsed, changes: readonly Change[]): void {
  const [[root] = [], ...ofServices] = changes;
  const services: unknown = ofServices.length > 0 && root?.get('services', true);
  const anchors = [services, ...changes.map(([mapping]) => mapping)].map(
    (node) => (isCollection(node) && node.anchor) || undefined,
  );
  visit(document, {
    Alias: (_, { source }) => {
      const name = source.replace(/^\d+/, '');
      if (anchors.includes(name)) throw new Error(`its alias ${name} would change`);
    },
  });
}

function isNull(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/**
 * Parses the documents of a text.
 * @throws TooLarge if the text exceeds a limit
 */
function compose(yaml: string): Document.Parsed[] {
  if (yaml.length > LENGTH_MAX) throw new TooLarge(`it is longer than ${LENGTH_MAX} characters`);
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(yaml)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    count++;
    if (count > TOKENS_MAX) throw new TooLarge(`it has more than ${TOKENS_MAX} tokens`);
    // The composer recurses, so deep nesting could end the process. The stack also has the document and a scalar.
    if (parser.stack.length > LEVELS_MAX + 2) {
      throw new TooLarge(`it has more than ${LEVELS_MAX} levels`);
    }
  }
  tokens.push(...parser.end());
  // The library takes quadratic time to compare the keys of a mapping.
  const composer = new Composer({ uniqueKeys: false, keepSourceTokens: true });
  const { stackTraceLimit } = Error;
  // The library makes an error for each fault, of which a text can have thousands; their stacks take most of the time.
  Error.stackTraceLimit = 0;
  try {
    return [...composer.compose(tokens, true, yaml.length)];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Parses a mapping; in place of null it makes an empty one. Aliases are numbered.
 * @returns the document, and its text without a null
 * @throws Error if the text exceeds a limit, is something else or has an alias without its anchor
 */
function parse(yaml: string): { text: string; document: Document.Parsed } {
  const [document, ...others] = compose(yaml);
  if (!document || others.length > 0) throw new Error('it holds several documents');
  if (document.errors[0]) throw document.errors[0];
  const { contents, range } = document;
  if (isNull(contents)) {
    const [start, end] = contents?.range ?? range;
    if (contents && end > start) return parse(yaml.slice(0, start) + yaml.slice(end));
    document.contents = Object.assign(new YAMLMap() as YAMLMap.Parsed, { range });
  } else if (!isMap(contents)) throw new Error('its top level is not a mapping');
  numberAliases(document);
  return { text: yaml, document };
}

/** Prefixes each alias with the number of its anchor among those of its name, which YAML allows to repeat. */
function numberAliases(document: Document.Parsed): void {
  const anchors = new Map<string, number>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const number = anchors.get(node.source);
        if (number === undefined) throw new Error(`its alias ${node.source} has no anchor`);
        node.source = `${number}${node.source}`;
      } else if (node.anchor) anchors.set(node.anchor, (anchors.get(node.anchor) ?? 0) + 1);
    },
  });
}

/**
 * Writes a node as a text that is the same for equal values, whatever the order of their keys.
 * @throws Error for a key that is repeated or an alias
 */
function canonicalForm(node: unknown): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isPair(node)) return `${canonicalForm(node.key)}:${canonicalForm(node.value)}`;
  if (isScalar(node)) {
    return JSON.stringify([node.tag, typeof node.value, node.source ?? String(node.value)]);
  }
  if (!isCollection(node)) return 'null';
  if (!isMap(node)) return `${node.tag}[${node.items.map(canonicalForm)}]`;
  // Each key once, because keys can have keys: twice would take time that doubles with each level.
  const keys = node.items.map(({ key }) => canonicalForm(key));
  if (new Set(keys).size < keys.length) throw new Error('a mapping has the same key twice');
  if (node.items.some(({ key }) => isAlias(key))) throw new Error('one of its keys is an alias');
  const items = node.items.map(({ value }, index) => `${keys[index]}:${canonicalForm(value)}`);
  return `${node.tag}{${items.sort()}}`;
}
