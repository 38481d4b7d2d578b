import { useId, useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { type Field, isScalar } from '../api/document.ts';
import { Button } from '../components/button.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { Table } from '../components/table.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { ResourceDrawer } from './drawer.tsx';
import { FormButtons } from './form.tsx';
import { countResources, fieldsOf, type Kind, listResources } from './kinds.ts';
import { QueryField } from './query-field.tsx';
import { fieldColumn } from './value.tsx';

/** What can be chosen; no page requests more. */
const PAGE_SIZES = [20, 50, 100];
const PAGE_SIZE = 50;

/** The page of a kind of resource: query, table and what is open of it. */
export function ResourcePage({ kind }: { kind: Kind }) {
  const { item, parameters } = route.value;
  const choices = fieldsOf(kind).filter((field) => isScalar(field) && field[0] !== 'name');
  const storage = `aios-columns-${kind.path}`;
  const stored = localStorage.getItem(storage)?.split(',');
  const [chosen, setChosen] = useState<readonly string[]>(stored ?? kind.columns);
  const choose = (names: string[]) => {
    localStorage.setItem(storage, names.join());
    setChosen(names);
  };
  const columns = chosen.flatMap((name) => choices.filter(([each]) => each === name));
  const q = parameters.getAll('q');
  const sort = parameters.get('sort') ?? '-createDate';
  const start = Number(parameters.get('start') ?? 0);
  const limit = PAGE_SIZES.find((size) => String(size) === parameters.get('limit')) ?? PAGE_SIZE;
  const fields = ['uuid', 'name', ...columns.map(([name]) => name)].join();
  const query = { q, sort, start, limit, fields };
  const list = useAnswer(JSON.stringify(query), (signal) => listResources(kind, query, signal));
  // On its own, because the rows need not wait for it.
  const count = useAnswer(q.join('\n'), (signal) => countResources(kind, q, signal));
  return (
    <PageFrame title={t(kind.path)} actions={<FormButtons kind={kind} />} answer={list}>
      <div class="hstack">
        <QueryField kind={kind} />
        <ColumnMenu choices={choices} chosen={chosen} onChange={choose} />
      </div>
      {!list.failure && (
        <>
          <Table
            caption={t(kind.path)}
            columns={[
              {
                name: 'name',
                cell: ({ uuid, name }) => (
                  <a href={linkTo(kind.path, uuid, parameters)}>{name || uuid}</a>
                ),
              },
              ...columns.map(fieldColumn),
            ]}
            rows={list.data}
            keyOf={({ uuid }) => uuid}
            sort={sort}
            onSort={(changed) => setParameters({ sort: changed })}
            chosen={item}
          />
          <Pager start={start} limit={limit} shown={list.data?.length ?? 0} total={count.data} />
        </>
      )}
      {item !== '' && <ResourceDrawer key={item} kind={kind} uuid={item} />}
    </PageFrame>
  );
}

interface ColumnMenuProps {
  choices: Field[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Chooses the columns of the table besides the name. */
function ColumnMenu({ choices, chosen, onChange }: ColumnMenuProps) {
  const id = useId();
  const toggle = (name: string) => {
    const others = chosen.filter((each) => each !== name);
    onChange(others.length < chosen.length ? others : [...chosen, name]);
  };
  return (
    <>
      <Button popovertarget={id}>{t('columns')}</Button>
      <fieldset id={id} class="card" popover="auto" aria-label={t('columns')}>
        {choices.map(([name]) => (
          <label key={name} class="flex">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </fieldset>
    </>
  );
}

interface PagerProps {
  start: number;
  limit: number;
  /** Number of rows on this page. */
  shown: number;
  /** Undefined until it is known. */
  total: number | undefined;
}

/** Says which rows are shown, and leads to others. */
function Pager({ start, limit, shown, total }: PagerProps) {
  const go = (to: number) => setParameters({ start: to > 0 ? String(to) : undefined });
  const isLast = total === undefined ? shown < limit : start + limit >= total;
  const range = { first: shown === 0 ? 0 : start + 1, last: start + shown, total: total ?? '…' };
  return (
    <div class="hstack filters">
      <span role="status">{t('rows', range)}</span>
      <span class="spacer" />
      <label class="flex items-center gap-2">
        {t('pageSize')}
        <select
          value={limit}
          onChange={({ currentTarget }) => setParameters({ limit: currentTarget.value })}
        >
          {PAGE_SIZES.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </label>
      <Button disabled={start === 0} onClick={() => go(start - limit)}>
        {t('previous')}
      </Button>
      <Button disabled={isLast} onClick={() => go(start + limit)}>
        {t('next')}
      </Button>
    </div>
  );
}
