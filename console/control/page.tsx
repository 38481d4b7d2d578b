import { type Fault, read, type Settings, type Snapshot, setFaults, write } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { commands, Form } from '../components/form.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import { AddFault, describe } from './fault.tsx';
import { SettingPanels } from './settings.tsx';
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
