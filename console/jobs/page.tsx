import { type Job, read } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { Button } from '../components/button.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { route, setParameters } from '../router.ts';
import { formatTime, type TextKey, t } from '../texts/text.ts';

const POLL_MS = 2000;

/** Which jobs are listed, by the name of the filter. */
const filters: [name: TextKey, isListed: (job: Job) => boolean][] = [
  ['newest', () => true],
  ['failed', ({ success, hook }) => !success || Boolean(hook?.failure)],
  ['pending', ({ hook }) => Boolean(hook?.pending)],
];

/** The newest jobs with their errors and web hooks. */
export function JobsPage() {
  const load = (abort: AbortSignal) => read<{ jobs: Job[] }>('jobs?limit=100', abort);
  const answer = useAnswer('jobs', load, POLL_MS);
  const chosen = route.value.parameters.get('show') ?? 'newest';
  const isListed = filters.find(([name]) => name === chosen)?.[1] ?? (() => true);
  const jobs = answer.data?.jobs;
  return (
    <PageFrame title={t('jobs')} answer={answer}>
      <div class="hstack filters">
        {filters.map(([name, isCounted]) => (
          <Button
            key={name}
            aria-pressed={name === chosen}
            onClick={() => setParameters({ show: name })}
          >
            {t(name)} ({jobs?.filter(isCounted).length ?? 0})
          </Button>
        ))}
      </div>
      <Table<Job>
        caption={t('jobs')}
        columns={[
          column('time', ({ time }) => formatTime(time)),
          column('operation', ({ operation }) => operation),
          column('status', ({ success, error }) =>
            success ? (
              <span class="good">✓</span>
            ) : (
              <span class="bad" title={error?.details}>{`✕ ${error?.code} ${error?.details}`}</span>
            ),
          ),
          column('webHook', ({ hook }) => hook && <Hook {...hook} />),
          numbers('tries', ({ hook }) => hook?.attempts),
          { name: 'uuid', title: 'UUID', cell: ({ uuid }) => <code>{uuid}</code> },
        ]}
        rows={jobs?.filter(isListed)}
        keyOf={({ uuid }) => uuid}
      />
    </PageFrame>
  );
}

function Hook({ url, pending, failure }: NonNullable<Job['hook']>) {
  const ended = failure === null ? t('delivered') : t('givenUp');
  return (
    <span class={failure === null ? undefined : 'bad'}>
      {failure && '✕ '}
      {`${pending ? t('pending') : ended}: ${url} ${failure ?? ''}`}
    </span>
  );
}
