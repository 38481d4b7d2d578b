import { useId } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { t } from '../texts/text.ts';
import { scalarFieldsOf } from './fields.ts';
import type { Kind } from './kinds.ts';

const storedName = ({ path }: Kind) => `aios-columns-${path}`;
const namesOf = (kind: Kind) => scalarFieldsOf(kind).map(([name]) => name);

/** The columns that were chosen in this browser, or the usual ones; the name is always one. */
export function storedColumns(kind: Kind): string[] {
  const stored = localStorage.getItem(storedName(kind))?.split(',') ?? kind.columns;
  return ['name', ...stored.filter((name) => name !== 'name' && namesOf(kind).includes(name))];
}

interface Props {
  kind: Kind;
  columns: string[];
  onChange: (columns: string[]) => void;
}

/** Chooses the columns of a table. */
export function ColumnMenu({ kind, columns, onChange }: Props) {
  const id = useId();
  const toggle = (name: string) => {
    const others = columns.filter((each) => each !== name);
    const changed = others.length < columns.length ? others : [...columns, name];
    localStorage.setItem(storedName(kind), changed.join());
    onChange(changed);
  };
  return (
    <>
      <Button popovertarget={id}>{t('columns')}</Button>
      <fieldset id={id} popover="auto" aria-label={t('columns')}>
        {namesOf(kind)
          .filter((name) => name !== 'name')
          .map((name) => (
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
    </>
  );
}
