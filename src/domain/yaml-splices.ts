import { Document, isMap, isPair, isScalar, isSeq, visit, type YAMLMap } from 'yaml';

/** A mapping with its source tokens, and the values that keys of it get. */
export type Change = [mapping: YAMLMap.Parsed, values: object];

/** A text that replaces a part of the source. */
interface Splice {
  start: number;
  end: number;
  text: string;
}

/** Matches strings that every YAML 1.1 and 1.2 parser reads as strings without quotes. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_/][\w./-]*(?:[ :][\w./-]+)*$/i;
/** Matches characters that some YAML parser rejects or changes unless they are escaped. */
const UNPRINTABLE =
  /[^\n\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;
/** Maximum length of a key in flow style, in characters: YAML requires a question mark before a longer one. */
const KEY_MAX = 1024;

/**
 * Sets values in the source of mappings; a key that a mapping lacks is added at its end.
 * @param changes of an outer mapping before those of an inner one
 * @throws Error for a key without a colon or too long for flow style
 */
export function setValues(source: string, changes: Change[]): string {
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n';
  let edited = source;
  // From the end, so that offsets stay valid. Splices at the same offset are listed last to first.
  const splices = changes.flatMap(([mapping, values]) => splicesOf(source, mapping, values));
  for (const { start, end, text } of splices.sort((a, b) => b.start - a.start)) {
    edited = edited.slice(0, start) + text.replaceAll('\n', lineEnd) + edited.slice(end);
  }
  return edited;
}

function splicesOf(source: string, mapping: YAMLMap.Parsed, values: object): Splice[] {
  const added: [string, unknown][] = [];
  const replaced: Splice[] = [];
  for (const [key, value] of Object.entries(values)) {
    const pair = mapping.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair) replaced.push(replaceValue(source, mapping, pair, value));
    else added.push([key, value]);
  }
  if (added.length === 0) return replaced;
  return [addValues(source, mapping, Object.fromEntries(added)), ...replaced];
}

/** Replaces what is between the colon and the end of the value, except comments before the value. */
function replaceValue(
  source: string,
  mapping: YAMLMap.Parsed,
  { srcToken, value: former }: YAMLMap.Parsed['items'][number],
  value: unknown,
): Splice {
  const { sep = [] } = srcToken ?? {};
  const colon = sep.find(({ type }) => type === 'map-value-ind');
  if (!colon || !former) throw new Error('one of its keys has no colon');
  const start = colon.offset + 1;
  const [from, to] = former.range;
  // An empty value may have an anchor or a tag.
  const property = sep.findLast(({ type }) => type === 'anchor' || type === 'tag') ?? colon;
  const emptyEnd = property.offset + property.source.length;
  const end = from === to ? emptyEnd : start + source.slice(start, to).trimEnd().length;
  if (mapping.flow) return { start, end, text: ` ${write(value, true)}` };
  const comments = sep.filter(({ type, offset }) => type === 'comment' && offset < end);
  const comment = comments.map((token) => ` ${token.source}`).join('');
  const text = writeBlock({ k: value }, mapping).slice('k:'.length);
  return { start, end, text: text.startsWith(' ') ? text + comment : comment + text };
}

function addValues(source: string, mapping: YAMLMap.Parsed, values: object): Splice {
  const insert = (start: number, text: string) => ({ start, end: start, text });
  const [start, end] = mapping.range;
  const last = mapping.items.at(-1);
  if (mapping.flow) {
    const [space] = /^\s*/.exec(source.slice(start + 1)) ?? [];
    const text = write(values, true).slice(1, -1);
    const lastEnd = (last?.value ?? last?.key)?.range[1];
    return lastEnd ? insert(lastEnd, `,${space || ' '}${text}`) : insert(start + 1, text);
  }
  const text = writeBlock(values, mapping);
  const indent = ' '.repeat(mapping.srcToken?.indent ?? 0);
  // A line end after a block scalar that lacks one would become part of it.
  if (end === source.length && !source.endsWith('\n') && endsWithBlockScalar(last)) {
    return insert(start, `${text}\n${indent}`);
  }
  // The range may end inside a line, or in the indentation of the next one.
  let at = end;
  while (source[at - 1] === ' ') at--;
  if (at > 0 && source[at - 1] !== '\n') at = source.indexOf('\n', at) + 1;
  return at > 0 || end === 0
    ? insert(at, `${indent}${text}\n`)
    : insert(source.length, `\n${indent}${text}`);
}

function endsWithBlockScalar(node: unknown): boolean {
  if (isPair(node)) return endsWithBlockScalar(node.value);
  if (isMap(node) || isSeq(node)) return endsWithBlockScalar(node.items.at(-1));
  return isScalar(node) && /^BLOCK/.test(node.type ?? '');
}

/** The lines of a mapping in block style, the first one without its indentation. */
function writeBlock(values: object, { srcToken }: YAMLMap.Parsed): string {
  return write(values, false).replaceAll('\n', `\n${' '.repeat(srcToken?.indent ?? 0)}`);
}

/** Writes a value: in flow style as JSON on one line, else in block style with quotes where needed. */
function write(value: unknown, isFlow: boolean): string {
  const document = new Document(value);
  visit(document, {
    Collection: (_, node) => {
      if (isFlow) node.flow = true;
    },
    Scalar: (position, node) => {
      if (typeof node.value !== 'string') return;
      node.type = !isFlow && PLAIN.test(node.value) ? 'PLAIN' : 'QUOTE_DOUBLE';
      if (isFlow && position === 'key' && JSON.stringify(node.value).length > KEY_MAX) {
        throw new Error('a key is too long for flow style');
      }
    },
  });
  return document
    .toString({ lineWidth: 0, doubleQuotedAsJSON: true, flowCollectionPadding: false })
    .trimEnd()
    .replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
