import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { invalidArgument } from '../contract/errors.ts';
import { yamlEditFields } from '../contract/model-service.ts';
import type { Request } from '../contract/operations.ts';
import { TEXT_MAX } from '../contract/schema.ts';

type Params = Request<'UpdateModelService'>['params'];
type EditName = keyof typeof yamlEditFields;
type Edits = Pick<Params, EditName>;

/** Parsing costs time in which nobody else is served: a longer yaml can be replaced, not edited. */
const EDITABLE_MAX = 1_048_576;

/** Keys of the yaml's first service, by the parameter that sets them (decision 15). */
const serviceKeys = {
  serviceName: 'name',
  servicePorts: 'ports',
  serviceLivez: 'livez',
  serviceReadyz: 'readyz',
  serviceBootupTime: 'serviceBootupTime',
  serviceInstallPath: 'installPath',
  serviceStartCommand: 'startCommand',
} as const satisfies Partial<Record<EditName, string>>;

/** Parts an update into the service's own fields and a function that applies the yaml edits. */
export function splitYamlEdits<Given extends Edits>(
  params: Given,
): { fields: Omit<Given, EditName>; editYaml: (yaml: string) => string } {
  const entries = Object.entries(params);
  const isEdit = ([name]: [string, unknown]) => Object.hasOwn(yamlEditFields, name);
  const edits = Object.fromEntries(entries.filter(isEdit)) as Edits;
  return {
    fields: Object.fromEntries(entries.filter((entry) => !isEdit(entry))) as Omit<Given, EditName>,
    editYaml: (yaml) => applyEdits(yaml, edits),
  };
}

/**
 * @returns the yaml with the edits applied, comments and other keys kept as data
 * @throws ApiError SYS.1007 where the text is no YAML mapping, or too long
 */
function applyEdits(yaml: string, edits: Edits): string {
  const [parameter] = Object.keys(edits);
  if (parameter === undefined) return yaml;
  const refuse = (why: string) =>
    invalidArgument(`field[${parameter}] can't be applied to the service's yaml, ${why}`);

  if (yaml.length > EDITABLE_MAX) {
    throw refuse(`which is longer than the ${EDITABLE_MAX} characters that can be edited`);
  }
  let edited: string;
  try {
    const document = parseMapping(yaml);
    for (const [name, value] of Object.entries(edits)) setEdit(document, name as EditName, value);
    edited = document.toString({ lineWidth: 0 });
  } catch (error) {
    // The library throws plain errors too, for nesting that exhausts the stack among others.
    throw refuse(`which is not a YAML mapping of the expected form: ${firstLine(error)}`);
  }
  if (edited.length > TEXT_MAX) throw refuse('which would become too long');
  return edited;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** @throws Error where the text is not one YAML mapping; an empty text is an empty one */
function parseMapping(yaml: string): Document {
  const document: Document = parseDocument(yaml);
  const [error] = document.errors;
  if (error) throw error;
  if (isNothing(document.contents)) document.contents = new YAMLMap();
  if (!isMap(document.contents)) throw new Error('its top level is not a mapping');
  return document;
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function setEdit(document: Document, name: EditName, value: unknown): void {
  if (name === 'environmentParameters') {
    const env = Object.entries(value as Record<string, string>);
    setIn(
      document,
      ['env'],
      env.map(([key, text]) => `${key}:${text}`),
    );
  } else if (Object.hasOwn(serviceKeys, name)) {
    firstService(document).set(
      serviceKeys[name as keyof typeof serviceKeys],
      document.createNode(value),
    );
  } else {
    setIn(document, [name], value);
  }
}

function setIn(document: Document, path: string[], value: unknown): void {
  document.setIn(path, document.createNode(value));
}

/** The first entry of `services`, made when missing. */
function firstService(document: Document): YAMLMap {
  if (isNothing(document.get('services', true))) document.set('services', new YAMLSeq());
  const services = document.get('services', true) as Node;
  if (!isSeq(services)) throw new Error('its `services` is not a list');
  if (isNothing(services.get(0, true))) services.set(0, new YAMLMap());
  const first = services.get(0, true);
  if (!isMap(first)) throw new Error('the first of its `services` is not a mapping');
  return first;
}
