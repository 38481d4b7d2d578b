import { read, type Snapshot, write } from '../api/aios.ts';
import { useAction } from '../api/answer.ts';
import { Input } from '../components/field.tsx';
import { commands, Form } from '../components/form.tsx';
import { FailureBox } from '../components/notices.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { formatNumber, formatTime, t } from '../texts/text.ts';

/** The saved states: to save the present one, to go back to one, and to delete one. */
export function Snapshots({ snapshots }: { snapshots: Snapshot[] }) {
  const call = (method: 'PUT' | 'POST' | 'DELETE', name: string, more = '') =>
    write(method, `snapshots/${encodeURIComponent(name)}${more}`);
  return (
    <section>
      <h2>{t('snapshots')}</h2>
      <Form button={t('save')} send={({ name = '' }) => call('PUT', name)}>
        <Input label={t('name')} name="name" isRequired />
      </Form>
      <Table<Snapshot>
        caption={t('snapshots')}
        columns={[
          column('name', ({ name }) => name),
          column('time', ({ createDate }) => formatTime(createDate)),
          numbers('size', ({ bytes }) => `${formatNumber(bytes / 1024, 1)} KiB`),
          commands('restore', ({ name }) => call('POST', name, '/restore')),
          commands('remove', ({ name }) => call('DELETE', name)),
        ]}
        rows={snapshots}
        keyOf={({ name }) => name}
      />
    </section>
  );
}

/** Saves all resources as a file, in the form of a seed. */
async function download(): Promise<void> {
  const state = await read<object>('state');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(state, null, 2)]));
  link.download = 'aios-state.json';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The state of the server out to a file, and in from one. */
export function StateFiles() {
  const { failure, run } = useAction();
  const upload = (method: 'PUT' | 'POST') => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const [file] = input.files ?? [];
    void run(async () => file && write(method, 'state', JSON.parse(await file.text())));
    input.value = '';
  };
  return (
    <section>
      <h2>{t('stateFile')}</h2>
      {failure && <FailureBox failure={failure} />}
      <div class="hstack">
        <Input type="file" accept=".json" label={t('addState')} onChange={upload('POST')} />
        <Input type="file" accept=".json" label={t('replaceState')} onChange={upload('PUT')} />
        <Form button={t('download')} send={download} />
      </div>
    </section>
  );
}
