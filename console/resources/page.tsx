import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { FailureBox } from '../components/notices.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { type Column, Table } from '../components/table.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { ColumnMenu, storedColumns } from './column-menu.tsx';
import { ResourceDrawer } from './drawer.tsx';
import { type Field, scalarFieldsOf } from './fields.ts';
import { FormButton } from './form.tsx';
import { countResources, type Kind, listResources, type Resource } from './kinds.ts';
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
  const fields = ['uuid', 'name', ...columns].join();
  const query = { q, sort, start, limit, fields };

  const list = useAnswer(JSON.stringify(query), (signal) => listResources(kind, query, signal));
  // On its own, because the rows need not wait for it.
  const count = useAnswer(q.join('\n'), (signal) => countResources(kind, q, signal));
  return (
    <PageFrame
      title={t(kind.path)}
      actions={kind.add && <FormButton form={kind.add} class="primary" />}
    >
      <div class="toolbar">
        <QueryField
          kind={kind}
          conditions={q}
          onChange={(changed) => setParameters({ q: changed, start: undefined })}
        />
        <ColumnMenu kind={kind} columns={columns} onChange={setColumns} />
      </div>
      {list.failure ? (
        <FailureBox failure={list.failure} onRetry={list.reload} />
      ) : (
        <>
          <Table
            caption={t(kind.path)}
            columns={columns.flatMap((name) => {
              const field = scalarFieldsOf(kind).find(([each]) => each === name);
              return field ? columnOf(kind, field, parameters) : [];
            })}
            rows={list.data ?? []}
            keyOf={({ uuid }) => uuid}
            sort={sort}
            onSort={(changed) => setParameters({ sort: changed, start: undefined })}
            chosen={item}
            empty={list.isLoading ? t('loading') : t('none')}
          />
          <Pager start={start} limit={limit} shown={list.data?.length ?? 0} total={count.data} />
        </>
      )}
      {item !== '' && <ResourceDrawer key={item} kind={kind} uuid={item} />}
    </PageFrame>
  );
}

function columnOf(
  kind: Kind,
  [name, schema]: Field,
  parameters: URLSearchParams,
): Column<Resource> {
  return {
    name,
    title: name,
    isSortable: true,
    isNumber: schema.type === 'integer',
    cell: (row) =>
      name === 'name' ? (
        <a href={linkTo(kind.path, row.uuid, parameters)}>{row.name || row.uuid}</a>
      ) : (
        <Value name={name} schema={schema} value={row[name]} />
      ),
  };
}
