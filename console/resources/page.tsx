import { useAnswer } from '../api/answer.ts';
import { FailureBox } from '../components/failure-box.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { type Column, Table } from '../components/table.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import type { Kind, Resource } from './kinds.ts';

/** The page of a kind of resource. */
export function ResourcePage({ kind }: { kind: Kind }) {
  const { item, parameters } = route.value;
  const sort = parameters.get('sort') ?? '-createDate';
  const query = { limit: 50, sort };
  const list = useAnswer(`${kind.path} ${JSON.stringify(query)}`, (signal) =>
    kind.list(query, signal),
  );
  const columns = kind.columns.map(
    (name): Column<Resource> => ({
      name,
      title: name,
      isSortable: true,
      cell: (row) =>
        name === 'name' ? (
          <a href={linkTo(kind.path, row.uuid, parameters)}>{row.name}</a>
        ) : (
          String(row[name] ?? '')
        ),
    }),
  );
  return (
    <PageFrame title={t(kind.title)}>
      {list.failure && <FailureBox failure={list.failure} onRetry={list.reload} />}
      <Table
        caption={t(kind.title)}
        columns={columns}
        rows={(list.data?.inventories ?? []) as Resource[]}
        keyOf={({ uuid }) => uuid}
        sort={sort}
        onSort={(changed) => setParameters({ sort: changed, start: undefined })}
        chosen={item}
        empty={list.isLoading ? t('loading') : t('none')}
      />
    </PageFrame>
  );
}
