import { useState } from 'preact/hooks';
import { type Fault, read, type Settings, type Snapshot, setFaults } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { callServer } from '../api/client.ts';
import { column, numbers } from '../components/columns.ts';
import { FailureBox } from '../components/failure-box.tsx';
import { announce, announceFailure } from '../components/notices.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import { describe, FaultDialog } from './fault-dialog.tsx';
import { SettingPanels } from './settings.tsx';
import { Snapshots, StateFiles } from './state.tsx';

const POLL_MS = 2000;

async function readControl(abort: AbortSignal) {
  const [settings, { faults }, { snapshots }] = await Promise.all([
    read<Settings>('settings', abort),
    read<{ faults: Fault[] }>('faults', abort),
    read<{ snapshots: Snapshot[] }>('snapshots', abort),
  ]);
  return { settings, faults, snapshots };
}

/** Does something to the server, and says whether that worked. */
export type Run = (work: () => Promise<unknown>) => void;

/** What tests can set: faults, clock, UUIDs, the delay of jobs, and the state of the whole server. */
export function ControlPage() {
  const { data, failure, reload } = useAnswer('control', readControl, POLL_MS);
  const run: Run = (work) => {
    void work()
      .then(() => announce(t('allDone')), announceFailure)
      .then(reload);
  };
  const reset = () => {
    if (confirm(t('resetHint'))) run(() => callServer('POST', '_aios/reset'));
  };
  const actions = (
    <button type="button" class="danger" onClick={reset}>
      {t('reset')}
    </button>
  );
  return (
    <PageFrame title={t('control')} actions={actions}>
      {failure && <FailureBox failure={failure} onRetry={reload} />}
      {data && (
        <>
          <Faults faults={data.faults} run={run} />
          <SettingPanels settings={data.settings} run={run} />
          <Snapshots snapshots={data.snapshots} run={run} />
          <StateFiles run={run} />
        </>
      )}
    </PageFrame>
  );
}

/** The faults in their order, with how often each was applied. */
function Faults({ faults, run }: { faults: Fault[]; run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const remove = (removed: Fault) =>
    run(() => setFaults(faults.filter((fault) => fault !== removed)));
  return (
    <section>
      <h2>{t('faults')}</h2>
      <Table<Fault>
        caption={t('faults')}
        columns={[
          column('operation', ({ operation }) => operation),
          column('effect', describe),
          numbers('applied', ({ struck, times }) => `${struck} / ${times}`),
          column('actions', (fault) => (
            <button type="button" onClick={() => remove(fault)}>
              {t('remove')}
            </button>
          )),
        ]}
        rows={faults}
        keyOf={(fault) => JSON.stringify(fault)}
        empty={t('none')}
      />
      <button type="button" onClick={() => setOpen(true)}>
        {t('addFault')}
      </button>
      {isOpen && (
        <FaultDialog
          initial={{ operation: '*', error: { code: 'SYS.1000' } }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
