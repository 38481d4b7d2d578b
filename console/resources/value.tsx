import type { ComponentChildren } from 'preact';
import { type Field, membersOf } from '../api/document.ts';
import { type Column, Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { formatNumber, t } from '../texts/text.ts';
import { referencedKind } from './kinds.ts';

/** Texts are shown up to this length, in characters; the tab with the JSON has them whole. */
const TEXT_MAX = 500;

const isUuid = (name: string) => /uuid$/i.test(name);

type Entries = Record<string, unknown>;

/** The value of a field: a UUID of another resource as a link to it, a list of objects as a table. */
function contentOf([name, schema]: Field, value: unknown): ComponentChildren {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'object' && value !== null) {
    if (Object.keys(value).length === 0) return JSON.stringify(value);
    if (!Array.isArray(value)) return <Values fields={membersOf(schema)} values={{ ...value }} />;
    const members = membersOf(schema.items ?? {});
    return members.length === 0 ? value.join(', ') : <Rows {...{ name, members }} rows={value} />;
  }
  const text = String(value ?? '');
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  const kind = referencedKind(name);
  const content = kind ? <a href={linkTo(kind.path, text)}>{shown}</a> : shown;
  return isUuid(name) ? <span class="code">{content}</span> : content;
}

/** The column of a field. */
export function fieldColumn(field: Field): Column<Entries> {
  const [name, { type }] = field;
  const cell = (row: Entries) => contentOf(field, row[name]);
  return { name, isNumber: type === 'integer', cell };
}

/** A list of objects; what is of interest comes first. */
function Rows({ name, members, rows }: { name: string; members: Field[]; rows: Entries[] }) {
  const columns = members
    .filter(([member]) => rows.some((row) => row[member] !== undefined))
    .sort(([first], [second]) => Number(isUuid(first)) - Number(isUuid(second)))
    .map(fieldColumn);
  return <Table caption={name} columns={columns} rows={rows} keyOf={({ uuid }) => String(uuid)} />;
}

/** All fields that have a value, and the names of those that have none. A map has its own entries for fields. */
export function Values({ fields, values }: { fields: Field[]; values: Entries }) {
  const shown = fields.length > 0 ? fields : Object.keys(values).map((name): Field => [name, {}]);
  const isSet = ([name]: Field) => values[name] !== undefined;
  const unset = shown.filter((field) => !isSet(field)).map(([name]) => name);
  return (
    <>
      <dl class="values">
        {shown.filter(isSet).map(([name, schema]) => (
          <div key={name}>
            <dt title={schema.description}>{name}</dt>
            <dd>{contentOf([name, schema], values[name])}</dd>
          </div>
        ))}
      </dl>
      {unset.length > 0 && <p class="hint">{t('unset', { names: unset.join(', ') })}</p>}
    </>
  );
}
