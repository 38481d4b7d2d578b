import { type Fault, read, type Settings, type Snapshot, setFaults, write } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { Input } from '../components/field.tsx';
import { commands, Form } from '../components/form.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { formatTime, t } from '../texts/text.ts';
import { AddFault, describe } from './fault.tsx';
import { Snapshots, StateFiles } from './state.tsx';

const POLL_MS = 2000;

const readControl = (abort: AbortSignal) =>
  Promise.all([
    read<{ faults: Fault[] }>('faults', abort),
    read<Settings>('settings', abort),
    read<{ snapshots: Snapshot[] }>('snapshots', abort),
  ]);

/** What tests can set: faults, clock, UUIDs, the delay of jobs, and the state of the whole server. */
export function ControlPage() {
  const answer = useAnswer('control', readControl, POLL_MS);
  const reset = (
    <Form
      button={t('reset')}
      variant="danger"
      question={t('resetHint')}
      send={() => write('POST', 'reset')}
    />
  );
  return (
    <PageFrame title={t('control')} actions={reset} answer={answer}>
      {answer.data && (
        <>
          <Faults {...answer.data[0]} />
          <SettingPanels {...answer.data[1]} />
          <Snapshots {...answer.data[2]} />
          <StateFiles />
        </>
      )}
    </PageFrame>
  );
}

/** The faults in their order, with how often each was applied. */
function Faults({ faults }: { faults: Fault[] }) {
  return (
    <section>
      <h2>{t('faults')}</h2>
      <Table<Fault>
        caption={t('faults')}
        columns={[
          column('operation', ({ operation }) => operation),
          column('effect', describe),
          numbers('times', ({ struck, times }) => `${struck} / ${times}`),
          commands('remove', (removed) => setFaults(faults.filter((fault) => fault !== removed))),
        ]}
        rows={faults}
        keyOf={(fault) => JSON.stringify(fault)}
      />
      <AddFault button={t('addFault')} />
    </section>
  );
}

interface PanelProps {
  /** Names the route, below `/_aios`, and the title. */
  path: 'clock' | 'uuids' | 'jobs';
  /** What is set, in words. */
  state: string;
  /** What else can be set, with what is sent for a value. */
  inputs: [label: string, toBody: (value: string) => object, type?: 'number' | 'datetime-local'][];
  /** The button that ends the setting. */
  none: string;
}

function Panel({ path, state, inputs, none }: PanelProps) {
  const set = (body: object) => write('PUT', path, body);
  return (
    <section class="card">
      <h2>{t(path)}</h2>
      <p>{state}</p>
      {inputs.map(([label, toBody, type]) => (
        <Form key={label} button={t('set')} send={({ value = '' }) => set(toBody(value))}>
          <Input label={label} name="value" type={type} step={1} isRequired />
        </Form>
      ))}
      <Form button={none} send={() => set({})} />
    </section>
  );
}

/** The settings of clock, UUIDs and jobs. */
function SettingPanels({ clock, uuids, jobs }: Settings) {
  const offset = clock.aheadMs === 0 ? '' : ` (${t('ahead', { seconds: clock.aheadMs / 1000 })})`;
  const job = jobs.afterMs === undefined ? '' : t('jobsAfter', { ms: jobs.afterMs });
  const poll = jobs.atPoll === undefined ? '' : `${t('lastPoll')}: ${jobs.atPoll}`;
  return (
    <div class="columns">
      <Panel
        path="clock"
        state={formatTime(clock.now) + (clock.stopped ? ` (${t('stopped')})` : offset)}
        inputs={[
          [t('stopAt'), (value) => ({ now: new Date(value).toISOString() }), 'datetime-local'],
          [t('secondsAhead'), (value) => ({ aheadMs: Number(value) * 1000 }), 'number'],
        ]}
        none={t('realTime')}
      />
      <Panel
        path="uuids"
        state={uuids.seed === undefined ? t('random') : `${t('seed')}: ${uuids.seed}`}
        inputs={[[t('seed'), (seed) => ({ seed })]]}
        none={t('random')}
      />
      <Panel
        path="jobs"
        state={job || poll || t('noDelay')}
        inputs={[
          [t('delayMs'), (value) => ({ afterMs: Number(value) }), 'number'],
          [t('lastPoll'), (value) => ({ atPoll: Number(value) }), 'number'],
        ]}
        none={t('noDelay')}
      />
    </div>
  );
}
