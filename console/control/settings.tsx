import { type Settings, write } from '../api/aios.ts';
import { Input } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { formatTime, t } from '../texts/text.ts';

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
export function SettingPanels({ clock, uuids, jobs }: Settings) {
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
