import type { Snapshot } from '../api/aios.ts';
import { callServer } from '../api/client.ts';
import { column, numbers } from '../components/columns.ts';
import { Form, Input } from '../components/form.tsx';
import { Table } from '../components/table.tsx';
import { formatNumber, formatTime } from '../texts/format.ts';
import { t } from '../texts/text.ts';
import type { Run } from './page.tsx';

/** The saved states: to save the present one, to go back to one, and to delete one. */
export function Snapshots({ snapshots, run }: { snapshots: Snapshot[]; run: Run }) {
  const call = (method: 'PUT' | 'POST' | 'DELETE', name: string, more = '') =>
    run(() => callServer(method, `_aios/snapshots/${encodeURIComponent(name)}${more}`));
  return (
    <section>
      <h2>{t('snapshots')}</h2>
      <Form button={t('save')} onSubmit={({ name = '' }) => call('PUT', name)}>
        <Input label={t('name')} name="name" isRequired />
      </Form>
      <Table<Snapshot>
        caption={t('snapshots')}
        columns={[
          column('name', ({ name }) => name),
          column('time', ({ createDate }) => formatTime(createDate)),
          numbers('size', ({ bytes }) => `${formatNumber(bytes / 1024, 1)} KiB`),
          column('actions', ({ name }) => (
            <>
              <button type="button" onClick={() => call('POST', name, '/restore')}>
                {t('restore')}
              </button>{' '}
              <button type="button" onClick={() => call('DELETE', name)}>
                {t('remove')}
              </button>
            </>
          )),
        ]}
        rows={snapshots}
        keyOf={({ name }) => name}
        empty={t('none')}
      />
    </section>
  );
}

/** Saves all resources as a file, in the form of a seed. */
async function download(): Promise<void> {
  const state = await callServer<object>('GET', '_aios/state');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(state, null, 2)]));
  link.download = 'aios-state.json';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The state of the server out to a file, and in from one. */
export function StateFiles({ run }: { run: Run }) {
  const upload = (method: 'PUT' | 'POST') => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) run(async () => callServer(method, '_aios/state', JSON.parse(await file.text())));
    input.value = '';
  };
  return (
    <section>
      <h2>{t('stateFile')}</h2>
      <div class="line">
        <label>
          {t('addState')} <input type="file" accept=".json" onChange={upload('POST')} />
        </label>
        <label>
          {t('replaceState')} <input type="file" accept=".json" onChange={upload('PUT')} />
        </label>
        <button type="button" onClick={() => run(download)}>
          {t('download')}
        </button>
      </div>
    </section>
  );
}
