import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { PageFrame } from '../components/page-frame.tsx';
import { Table } from '../components/table.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { ColumnMenu, storedColumns } from './column-menu.tsx';
import { ResourceDrawer } from './drawer.tsx';
import { scalarFieldsOf } from './fields.ts';
import { FormButton } from './form.tsx';
import { actionsOf, countResources, type Kind, listResources, type Resource } from './kinds.ts';
import { PAGE_SIZES, Pager } from './pager.tsx';
import { QueryField } from './query-field.tsx';
import { Value } from './value.tsx';

const PAGE_SIZE = 50;

/** The page of a kind of resource: query, table and what is open of it. */
export function ResourcePage({ kind }: { kind: Kind }) {
  const { item, parameters } = route.value;
  const [columns, setColumns] = useState(() => storedColumns(kind));
  const q = parameters.getAll('q');
  const sort = parameters.get('sort') ?? '-createDate';
  const start = Number(parameters.get('start') ?? 0);
  const limit = PAGE_SIZES.find((size) => String(size) === parameters.get('limit')) ?? PAGE_SIZE;
  const query = { q, sort, start, limit, fields: ['uuid', ...columns].join() };
  const list = useAnswer(JSON.stringify(query), (signal) => listResources(kind, query, signal));
  // On its own, because the rows need not wait for it.
  const count = useAnswer(q.join('\n'), (signal) => countResources(kind, q, signal));
  const add = actionsOf(kind).find(({ title }) => title === 'add');
  const cell = (name: string, row: Resource) => {
    if (name !== 'name') return <Value name={name} schema={{}} value={row[name]} />;
    return <a href={linkTo(kind.path, row.uuid, parameters)}>{row.name || row.uuid}</a>;
  };
  const fields = new Map(scalarFieldsOf(kind));
  return (
    <PageFrame
      title={t(kind.path)}
      actions={add && <FormButton kind={kind} action={add} />}
      answer={list}
    >
      <div class="hstack toolbar">
        <QueryField
          kind={kind}
          conditions={q}
          onChange={(changed) => setParameters({ q: changed, start: undefined })}
        />
        <ColumnMenu kind={kind} columns={columns} onChange={setColumns} />
      </div>
      {!list.failure && (
        <>
          <Table<Resource>
            caption={t(kind.path)}
            columns={columns.map((name) => ({
              name,
              title: name,
              isNumber: fields.get(name)?.type === 'integer',
              cell: (row) => cell(name, row),
            }))}
            rows={list.data}
            keyOf={({ uuid }) => uuid}
            sort={sort}
            onSort={(changed) => setParameters({ sort: changed, start: undefined })}
            chosen={item}
          />
          <Pager start={start} limit={limit} shown={list.data?.length ?? 0} total={count.data} />
        </>
      )}
      {item !== '' && <ResourceDrawer key={item} kind={kind} uuid={item} />}
    </PageFrame>
  );
}
