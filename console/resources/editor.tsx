import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { membersOf, resolve, type Schema } from '../api/document.ts';
import { type ControlAttributes, Field } from '../components/field.tsx';
import { language, t } from '../texts/text.ts';
import { valuesOf } from './fields.ts';
import { emptyValue, type FormValue } from './form-values.ts';
import { type Kind, listResources, referencedKind } from './kinds.ts';

/** What is edited in several lines. */
const LONG_TEXTS =
  /^(description|yaml|readme|introduction|parameters|containerCommand|containerArgs)$/;
const TEXT_MAX = 16_777_215;
const REFERENCES_SHOWN = 20;

interface Props {
  name: string;
  schema: Schema;
  value: FormValue;
  onChange: (value: FormValue) => void;
  isRequired?: boolean;
  error?: string | undefined;
}

/** Edits a value of a schema: lists and maps with buttons for their entries, objects by their members. */
export function Editor(props: Props) {
  const { name, schema, value, onChange } = props;
  if (schema.type === 'array') {
    const item = resolve(schema.items ?? {});
    return (
      <Entries {...props} entries={value as FormValue[]} added={emptyValue(item)}>
        {(entry, change) => <Editor name={name} schema={item} value={entry} onChange={change} />}
      </Entries>
    );
  }
  if (schema.type === 'object' && !schema.properties) {
    const member = resolve(schema.additionalProperties as Schema);
    return (
      <Entries {...props} entries={value as FormValue[]} added={['', emptyValue(member)]}>
        {(entry, change) => {
          const [key = '', each = ''] = entry as FormValue[];
          return (
            <>
              <Scalar
                name={t('key')}
                schema={{}}
                value={key}
                onChange={(changed) => change([changed, each])}
              />
              <Editor
                name={t('value')}
                schema={member}
                value={each}
                onChange={(changed) => change([key, changed])}
              />
            </>
          );
        }}
      </Entries>
    );
  }
  if (schema.type === 'object') {
    const members = value as Record<string, FormValue>;
    return (
      <>
        {membersOf(schema).map(([member, each]) => (
          <Editor
            key={member}
            name={member}
            schema={each}
            value={members[member] ?? emptyValue(each)}
            isRequired={schema.required?.includes(member) ?? false}
            onChange={(changed) => onChange({ ...members, [member]: changed })}
          />
        ))}
      </>
    );
  }
  return <Scalar {...props} />;
}

interface EntriesProps extends Props {
  entries: FormValue[];
  /** The entry that the button adds. */
  added: FormValue;
  children: (entry: FormValue, change: (entry: FormValue) => void) => ComponentChildren;
}

function Entries({ name, schema, entries, added, onChange, error, children }: EntriesProps) {
  const id = useId();
  return (
    <fieldset aria-describedby={id}>
      <legend>{name}</legend>
      <p class="hint" lang="en">
        {schema.description}
      </p>
      {entries.map((entry, index) => (
        <div key={index} class="entry">
          <div>{children(entry, (changed) => onChange(entries.with(index, changed)))}</div>
          <button
            type="button"
            aria-label={t('removeEntry', { name, number: index + 1 })}
            onClick={() => onChange(entries.toSpliced(index, 1))}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        aria-invalid={error !== undefined}
        onClick={() => onChange([...entries, added])}
      >
        {t('addEntry', { name })}
      </button>
      <p class="error" id={id}>
        {error}
      </p>
    </fieldset>
  );
}

function Scalar({ name, schema, value, onChange, isRequired, error }: Props) {
  const kind = referencedKind(name);
  const values = valuesOf(schema);
  const change = ({ currentTarget }: { currentTarget: { value: string } }) =>
    onChange(currentTarget.value);
  return (
    <Field label={name} hint={hintOf(schema)} isRequired={isRequired} error={error}>
      {(attributes) => {
        const control = { ...attributes, name, value: String(value), onInput: change };
        if (values.length > 0) {
          return (
            <select {...control}>
              <option value="">–</option>
              {values.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          );
        }
        if (LONG_TEXTS.test(name)) {
          return <textarea {...control} class="code" rows={name === 'yaml' ? 12 : 3} />;
        }
        if (kind) return <Reference kind={kind} control={control} />;
        return <input {...control} inputMode={schema.type === 'integer' ? 'numeric' : undefined} />;
      }}
    </Field>
  );
}

interface ReferenceProps {
  kind: Kind;
  control: ControlAttributes & { value: string; onInput: (event: never) => void };
}

/** A UUID, or the beginning of a name, for which the browser proposes resources. */
function Reference({ kind, control }: ReferenceProps) {
  const id = useId();
  const text = control.value;
  const { data = [] } = useAnswer(`${kind.path} ${text}`, (signal) => {
    const q = text === '' || /^[0-9a-f]{32}$/.test(text) ? [] : [`name~=${text}%`];
    return listResources(kind, { q, limit: REFERENCES_SHOWN, fields: 'uuid,name' }, signal);
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

/** What the document says of a value, and its limits. */
function hintOf({ description, maxLength = TEXT_MAX, minimum, maximum }: Schema) {
  const limit = maxLength < TEXT_MAX ? t('lengthLimit', { count: maxLength }) : undefined;
  const range =
    minimum === undefined || maximum === undefined
      ? undefined
      : `${minimum.toLocaleString(language.value)} – ${maximum.toLocaleString(language.value)}`;
  return [description, limit, range].filter(Boolean).join(' ');
}
