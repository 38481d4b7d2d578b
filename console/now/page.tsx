import { signal } from '@preact/signals';
import { hasControl, read, type Settings } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { PageFrame } from '../components/page-frame.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { countResources, kinds } from '../resources/kinds.ts';
import { linkTo } from '../router.ts';
import { formatNumber, formatTime, t } from '../texts/text.ts';
import { Chart, MINUTES, STEPS } from './chart.tsx';
import { rateBetween, readSample, type Sample } from './metrics.ts';

/** Milliseconds between two samples, and between two counts of what is stored. */
const SAMPLE_MS = (MINUTES * 60_000) / STEPS;
const COUNT_MS = 10_000;

/** The samples of this tab, oldest first. */
const samples = signal<Sample[]>([]);

async function readNow(abort: AbortSignal) {
  const settings = hasControl ? await read<Settings>('settings', abort) : undefined;
  const sample = await readSample(abort);
  samples.value = [...samples.value, sample].slice(-STEPS - 1);
  return { sample, clock: settings?.clock ?? { now: sample.date, stopped: false } };
}

/** What is stored, what the server answers, and what fails. */
export function NowPage() {
  const answer = useAnswer('now', readNow, SAMPLE_MS);
  const rates = samples.value
    .slice(1)
    .map((sample, index) => rateBetween(samples.value[index] as Sample, sample));
  const [perSecond, mean] = [rates.map((rate) => rate.perSecond), rates.map((rate) => rate.mean)];
  return (
    <PageFrame title={t('now')} answer={answer}>
      <Tiles />
      <div class="columns">
        <Chart title={t('requestsPerSecond')} unit="/s" values={perSecond} />
        <Chart title={t('meanTime')} unit="ms" values={mean} />
      </div>
      {answer.data && <Server {...answer.data} />}
      {answer.data && <Operations sample={answer.data.sample} />}
    </PageFrame>
  );
}

function Tiles() {
  const count = (abort: AbortSignal) =>
    Promise.all(kinds.map((kind) => countResources(kind, [], abort)));
  const { data } = useAnswer('counts', count, COUNT_MS);
  return (
    <div class="columns tiles">
      {kinds.map(({ path }, index) => (
        <a key={path} class="button outline" href={linkTo(path)}>
          <strong>{data ? formatNumber(data[index] ?? 0) : '–'}</strong> {t(path)}
        </a>
      ))}
    </div>
  );
}

/** What the server is, and its time. */
function Server({ sample, clock }: Awaited<ReturnType<typeof readNow>>) {
  const { build, started } = sample;
  return (
    <Table
      caption={t('version')}
      columns={[
        column('version', () => build.version),
        column('aiosVersion', () => build.aios_version),
        column('database', () => build.database),
        column('started', () => formatTime(started)),
        column('clock', () => formatTime(clock.now) + (clock.stopped ? ` (${t('stopped')})` : '')),
      ]}
      rows={[sample]}
      keyOf={() => 'server'}
    />
  );
}

function Operations({ sample }: { sample: Sample }) {
  const first = samples.value[0]?.operations;
  const rows = [...sample.operations].map(([operation, { requests, seconds, failures }]) => {
    const before = first?.get(operation)?.failures;
    const lately = [...failures].flatMap(([status, count]) => {
      const added = count - (before?.get(status) ?? 0);
      return added > 0 ? [`✕ ${status} (${added})`] : [];
    });
    const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
    return { operation, requests, mean: (seconds * 1000) / requests, failed, lately };
  });
  rows.sort((a, b) => b.lately.length - a.lately.length || b.requests - a.requests);
  return (
    <Table<(typeof rows)[number]>
      caption={t('operation')}
      columns={[
        column('operation', ({ operation }) => <RequestsLink operation={operation} />),
        numbers('requests', ({ requests }) => formatNumber(requests)),
        numbers('meanTime', ({ mean }) => `${formatNumber(mean, 1)} ms`),
        numbers('failed', ({ failed }) => formatNumber(failed)),
        column('lately', ({ lately }) => <span class="bad">{lately.join(' ')}</span>),
      ]}
      rows={rows}
      keyOf={({ operation }) => operation}
    />
  );
}

/** An operation's name, which leads to its requests where they are recorded. */
function RequestsLink({ operation }: { operation: string }) {
  if (operation === 'unrouted') return t('unknownPath');
  if (!hasControl) return operation;
  return <a href={linkTo('requests', '', new URLSearchParams({ operation }))}>{operation}</a>;
}
