import { t } from '../texts/text.ts';
import { scalarFieldsOf } from './fields.ts';
import type { Kind } from './kinds.ts';

const storedName = ({ path }: Kind) => `aios-columns-${path}`;

/** The columns that were chosen in this browser, or the usual ones. */
export function storedColumns(kind: Kind): string[] {
  const stored = localStorage.getItem(storedName(kind))?.split(',') ?? kind.columns;
  const names = scalarFieldsOf(kind).map(([name]) => name);
  return ['name', ...stored.filter((name) => name !== 'name' && names.includes(name))];
}

interface Props {
  kind: Kind;
  columns: string[];
  onChange: (columns: string[]) => void;
}

/** Chooses the columns of a table; the name is always one. */
export function ColumnMenu({ kind, columns, onChange }: Props) {
  const toggle = (name: string) => {
    const changed = columns.includes(name)
      ? columns.filter((each) => each !== name)
      : [...columns, name];
    localStorage.setItem(storedName(kind), changed.join());
    onChange(changed);
  };
  return (
    <details
      class="menu"
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) {
          currentTarget.open = false;
        }
      }}
    >
      <summary class="button">{t('columns')}</summary>
      <fieldset aria-label={t('columns')}>
        {scalarFieldsOf(kind)
          .filter(([name]) => name !== 'name')
          .map(([name]) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={columns.includes(name)}
                onChange={() => toggle(name)}
              />{' '}
              {name}
            </label>
          ))}
      </fieldset>
    </details>
  );
}
