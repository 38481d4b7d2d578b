import { read, type Snapshot, write } from '../api/aios.ts';
import { Input } from '../components/field.tsx';
import { commands, Form } from '../components/form.tsx';
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

/** Sends the resources of a file: they are added, or replace everything. */
const upload = (method: 'PUT' | 'POST') => async (values: Record<string, unknown>) =>
  write(method, 'state', JSON.parse(await (values.file as File).text()));

/** The state of the server out to a file, and in from one. */
export function StateFiles() {
  const file = { type: 'file', accept: '.json', name: 'file', isRequired: true };
  return (
    <section>
      <h2>{t('stateFile')}</h2>
      <Form button={t('add')} send={upload('POST')}>
        <Input {...file} label={t('addState')} />
      </Form>
      <Form button={t('replace')} question={t('replaceHint')} send={upload('PUT')}>
        <Input {...file} label={t('replaceState')} />
      </Form>
      <Form button={t('download')} send={download} />
    </section>
  );
}
