import { useId } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { resolve, type Schema } from '../api/document.ts';
import { Field } from '../components/field.tsx';
import { t } from '../texts/text.ts';
import { valuesOf } from './fields.ts';
import { isJson, isLines } from './form-values.ts';
import { type Kind, listResources, referencedKind } from './kinds.ts';

const TEXT_MAX = 16_777_215;
const PROPOSED_MAX = 20;
const LONG_TEXTS =
  /^(description|yaml|readme|introduction|parameters|containerCommand|containerArgs)$/;

interface Props {
  name: string;
  schema: Schema;
  text: string;
  onChange: (text: string) => void;
  isRequired?: boolean;
  error?: string | undefined;
}

/** The field of a parameter. */
export function Parameter({ name, schema, text, onChange, isRequired, error }: Props) {
  const control: Control = {
    name,
    value: text,
    onInput: ({ currentTarget }) => onChange(currentTarget.value),
  };
  return (
    <Field label={name} hint={hintOf(schema)} isRequired={isRequired} error={error}>
      {controlOf(schema, control)}
    </Field>
  );
}

interface Control {
  name: string;
  value: string;
  onInput: (event: { currentTarget: { value: string } }) => void;
}

/** The control of a parameter: a choice, a text, a line for each entry of a list, or JSON. */
function controlOf(schema: Schema, control: Control) {
  const { name, value } = control;
  const kind = referencedKind(name);
  const values = valuesOf(schema);
  const isData = isLines(schema) || isJson(schema) || name === 'yaml';
  if (values.length > 0) {
    return (
      <select {...control}>
        {['', ...values].map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    );
  }
  if (isData || LONG_TEXTS.test(name)) {
    const rows = Math.min(16, Math.max(3, value.split('\n').length + 1));
    const given = { rows, class: isData ? 'code' : '', placeholder: exampleOf(schema) };
    return <textarea {...control} {...given} />;
  }
  return kind ? <Reference kind={kind} {...control} /> : <input {...control} />;
}

/** A UUID, or the beginning of a name, for which the browser proposes resources. */
function Reference({ kind, ...control }: Control & { kind: Kind }) {
  const id = useId();
  const text = control.value;
  const { data = [] } = useAnswer(`${kind.path} ${text}`, (signal) => {
    const q = text === '' || /^[0-9a-f]{32}$/.test(text) ? [] : [`name~=${text}%`];
    return listResources(kind, { q, limit: PROPOSED_MAX, fields: 'uuid,name' }, signal);
  });
  return (
    <>
      <input {...control} class="code" list={id} autocomplete="off" />
      <datalist id={id}>
        {data.map(({ uuid, name }) => (
          <option key={uuid} value={uuid}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** The form of a value in JSON. */
function exampleOf({ type, items, additionalProperties }: Schema): string | undefined {
  const { properties } = resolve(items ?? {});
  if (properties)
    return JSON.stringify([properties], (name, value) => (name in properties ? '' : value));
  if (type !== 'object') return undefined;
  const isList = typeof additionalProperties === 'object' && additionalProperties.type === 'array';
  return JSON.stringify({ name: isList ? [''] : '' });
}

/** What the document says of a value, how it is written, and its limits. */
function hintOf(schema: Schema): string {
  const { description, maxLength = TEXT_MAX, minimum, maximum } = schema;
  return [
    description,
    isLines(schema) && t('lines'),
    isJson(schema) && 'JSON.',
    maxLength < TEXT_MAX && t('lengthLimit', { count: maxLength }),
    maximum !== undefined && t('range', { minimum: minimum ?? 0, maximum }),
  ]
    .filter(Boolean)
    .join(' ');
}
