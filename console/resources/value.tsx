import type { ComponentChildren } from 'preact';
import { membersOf, resolve, type Schema } from '../api/document.ts';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { language, t } from '../texts/text.ts';
import { referencedKind } from './kinds.ts';

/** Texts are shown up to this length, in characters; the tab with the JSON has them whole. */
const TEXT_MAX = 500;

const isUuid = (name: string) => /uuid$/i.test(name);

interface Props {
  name: string;
  schema: Schema;
  value: unknown;
}

/** The value of a field: a UUID of another resource as a link to it, a list of objects as a table. */
export function Value({ name, schema, value }: Props): ComponentChildren {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'number') return value.toLocaleString(language.value);
  // An empty list or map.
  if (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
    return JSON.stringify(value);
  if (Array.isArray(value)) {
    const columns = schema.items ? membersOf(resolve(schema.items)) : [];
    if (columns.length === 0) return value.join(', ');
    return (
      <Table<Record<string, unknown>>
        caption={name}
        columns={columns
          .filter(([column]) => value.some((row) => row[column] !== undefined))
          // What is of interest comes first.
          .sort(([first], [second]) => Number(isUuid(first)) - Number(isUuid(second)))
          .map(([column, member]) => ({
            name: column,
            title: column,
            cell: (row) => <Value name={column} schema={member} value={row[column]} />,
          }))}
        rows={value}
        keyOf={({ uuid }) => String(uuid)}
      />
    );
  }
  if (typeof value === 'object' && value !== null) {
    return <Values fields={schema.properties ? membersOf(schema) : []} values={value as never} />;
  }
  const text = String(value);
  const kind = referencedKind(name);
  if (kind) {
    return (
      <a class="code" href={linkTo(kind.path, text)}>
        {text}
      </a>
    );
  }
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return isUuid(name) ? <span class="code">{shown}</span> : shown;
}

interface ValuesProps {
  /** Those of a map are its own entries. */
  fields: [string, Schema][];
  values: Record<string, unknown>;
}

/** All fields that have a value, and the names of those that have none. */
export function Values({ fields, values }: ValuesProps) {
  const shown =
    fields.length > 0 ? fields : Object.keys(values).map((name): [string, Schema] => [name, {}]);
  const isSet = ([name]: [string, Schema]) => values[name] !== undefined;
  const unset = shown.filter((field) => !isSet(field)).map(([name]) => name);
  return (
    <>
      <dl class="values">
        {shown.filter(isSet).map(([name, schema]) => (
          <div key={name}>
            <dt title={schema.description}>{name}</dt>
            <dd>
              <Value name={name} schema={schema} value={values[name]} />
            </dd>
          </div>
        ))}
      </dl>
      {unset.length > 0 && <p class="hint">{t('unset', { names: unset.join(', ') })}</p>}
    </>
  );
}
