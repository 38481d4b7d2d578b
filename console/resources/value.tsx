import type { ComponentChildren } from 'preact';
import { type Field, membersOf, type Schema } from '../api/document.ts';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { formatNumber, t } from '../texts/text.ts';
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
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'object' && value !== null) {
    if (Object.keys(value).length === 0) return JSON.stringify(value);
    if (!Array.isArray(value)) return <Values fields={membersOf(schema)} values={{ ...value }} />;
    const members = membersOf(schema.items ?? {});
    if (members.length === 0) return value.join(', ');
    return <Rows caption={name} members={members} rows={value} />;
  }
  const text = String(value ?? '');
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  const kind = referencedKind(name);
  const content = kind ? <a href={linkTo(kind.path, text)}>{shown}</a> : shown;
  return isUuid(name) ? <span class="code">{content}</span> : content;
}

interface RowsProps {
  caption: string;
  members: Field[];
  rows: Record<string, unknown>[];
}

/** A list of objects; what is of interest comes first. */
function Rows({ caption, members, rows }: RowsProps) {
  const columns = members
    .filter(([name]) => rows.some((row) => row[name] !== undefined))
    .sort(([first], [second]) => Number(isUuid(first)) - Number(isUuid(second)))
    .map(([name, schema]) => ({
      name,
      title: name,
      cell: (row: Record<string, unknown>) => <Value {...{ name, schema }} value={row[name]} />,
    }));
  const keyOf = ({ uuid }: Record<string, unknown>) => String(uuid);
  return <Table {...{ caption, columns, rows, keyOf }} />;
}

interface ValuesProps {
  /** Those of a map are its own entries. */
  fields: Field[];
  values: Record<string, unknown>;
}

/** All fields that have a value, and the names of those that have none. */
export function Values({ fields, values }: ValuesProps) {
  const shown = fields.length > 0 ? fields : Object.keys(values).map((name): Field => [name, {}]);
  const isSet = ([name]: Field) => values[name] !== undefined;
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
