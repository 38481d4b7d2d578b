import type { Settings } from '../api/aios.ts';
import { callServer } from '../api/client.ts';
import { Form, Input } from '../components/form.tsx';
import { formatTime } from '../texts/format.ts';
import { t } from '../texts/text.ts';
import type { Run } from './page.tsx';

interface PanelProps {
  title: string;
  /** The route, below `/_aios`. */
  path: 'clock' | 'uuids' | 'jobs';
  /** What is set, in words. */
  state: string;
  /** What else can be set, with what is sent for a value. */
  inputs: [label: string, toBody: (value: string) => object, type?: 'number' | 'datetime-local'][];
  /** The button that ends the setting. */
  none: string;
  run: Run;
}

function Panel({ title, path, state, inputs, none, run }: PanelProps) {
  const set = (body: object) => run(() => callServer('PUT', `_aios/${path}`, body));
  return (
    <section class="panel">
      <h2>{title}</h2>
      <p>{state}</p>
      {inputs.map(([label, toBody, type]) => (
        <Form key={label} button={t('set')} onSubmit={({ value = '' }) => set(toBody(value))}>
          <Input label={label} name="value" isRequired {...(type && { type })} />
        </Form>
      ))}
      <button type="button" onClick={() => set({})}>
        {none}
      </button>
    </section>
  );
}

/** The settings of clock, UUIDs and jobs. */
export function SettingPanels({ settings, run }: { settings: Settings; run: Run }) {
  const { clock, uuids, jobs } = settings;
  const offset = clock.aheadMs === 0 ? '' : ` (${t('ahead', { seconds: clock.aheadMs / 1000 })})`;
  const job = jobs.afterMs === undefined ? '' : t('jobsAfter', { ms: jobs.afterMs });
  const poll = jobs.atPoll === undefined ? '' : t('jobsAtPoll', { poll: jobs.atPoll });
  return (
    <div class="columns">
      <Panel
        title={t('clock')}
        path="clock"
        state={formatTime(clock.now) + (clock.stopped ? ` (${t('stopped')})` : offset)}
        inputs={[
          [t('stopAt'), (value) => ({ now: new Date(value).toISOString() }), 'datetime-local'],
          [t('secondsAhead'), (value) => ({ aheadMs: Number(value) * 1000 }), 'number'],
        ]}
        none={t('realTime')}
        run={run}
      />
      <Panel
        title={t('newUuids')}
        path="uuids"
        state={uuids.seed === undefined ? t('random') : t('seeded', { seed: uuids.seed })}
        inputs={[[t('seed'), (seed) => ({ seed })]]}
        none={t('random')}
        run={run}
      />
      <Panel
        title={t('jobDelay')}
        path="jobs"
        state={job || poll || t('noDelay')}
        inputs={[
          [t('delayMs'), (value) => ({ afterMs: Number(value) }), 'number'],
          [t('lastPoll'), (value) => ({ atPoll: Number(value) }), 'number'],
        ]}
        none={t('noDelay')}
        run={run}
      />
    </div>
  );
}
