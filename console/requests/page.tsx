import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { type JournalEntry, read, write } from '../api/aios.ts';
import { useAnswer } from '../api/answer.ts';
import { operationNames } from '../api/document.ts';
import { Button } from '../components/button.tsx';
import { Form } from '../components/form.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, numbers, Table } from '../components/table.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { formatMoment, formatNumber, type TextKey, t } from '../texts/text.ts';
import { Exchange, Status } from './exchange.tsx';

const POLL_MS = 1000;
/** Maximum number of entries that the tab holds; the server holds as many. */
const ENTRIES_MAX = 1000;
/** Number of rows that are shown at first, and that are added. */
const ROWS = 100;

/** The entries that were read, newest first. */
const entries = signal<JournalEntry[]>([]);

async function readNewest(abort: AbortSignal): Promise<void> {
  const last = entries.value[0]?.id ?? 0;
  const path = `requests?after=${last}&limit=100`;
  const { requests } = await read<{ requests: JournalEntry[] }>(path, abort);
  // After a restart the server counts from the beginning.
  const known = (requests[0]?.id ?? last) < last ? [] : entries.value;
  if (requests.length > 0) entries.value = [...requests.reverse(), ...known].slice(0, ENTRIES_MAX);
}

async function clear(): Promise<void> {
  await write('DELETE', 'requests');
  entries.value = [];
}

/** What the page's parameters leave: an operation, the first digit of a status, a text in the path or the bodies. */
function matches(entry: JournalEntry, parameters: URLSearchParams): boolean {
  const { operation, status, path, query, request, response } = entry;
  const [wanted, digit, text] = ['operation', 'status', 'contains'].map((name) =>
    parameters.get(name),
  );
  if (wanted && operation !== wanted) return false;
  if (digit && !String(status).startsWith(digit)) return false;
  if (!text) return true;
  const content = JSON.stringify([path, query, request, response]);
  return content.toLowerCase().includes(text.toLowerCase());
}

/** The journal of requests, as they come in. */
export function RequestsPage() {
  const [isPaused, setPaused] = useState(false);
  const load = async (abort: AbortSignal) => isPaused || readNewest(abort);
  const answer = useAnswer(`paused: ${isPaused}`, load, POLL_MS);
  const { item, parameters } = route.value;
  const [rows, setRows] = useState(ROWS);
  const found = entries.value.filter((entry) => matches(entry, parameters));
  const chosen = entries.value.find(({ id }) => String(id) === item);
  const filter = ({ target }: Event) => {
    const { name, value } = target as HTMLInputElement;
    setParameters({ [name]: value || undefined });
  };
  return (
    <PageFrame title={t('requests')} answer={answer}>
      <search class="hstack filters" onInput={filter}>
        <Filters />
        <span class="spacer" />
        <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {t('pause')}
        </Button>
        <Form button={t('clearJournal')} send={clear} />
      </search>
      <Table<JournalEntry>
        caption={t('requests')}
        columns={[
          column('time', ({ id, time }) => (
            <a href={linkTo('requests', String(id), parameters)}>{formatMoment(time)}</a>
          )),
          column('operation', ({ operation }) => operation ?? t('unknownPath')),
          column('status', ({ status }) => <Status status={status} />),
          numbers('duration', ({ ms }) => `${formatNumber(ms, 1)} ms`),
          column('request', ({ method, path }) => <code>{`${method} ${path}`}</code>),
        ]}
        rows={found.slice(0, rows)}
        keyOf={({ id }) => String(id)}
        chosen={item}
      />
      {found.length > rows && <Button onClick={() => setRows(rows + ROWS)}>{t('showMore')}</Button>}
      {chosen && <Exchange key={item} entry={chosen} />}
    </PageFrame>
  );
}

function Filters() {
  const given = (name: TextKey) => {
    return { name, 'aria-label': t(name), value: route.value.parameters.get(name) ?? '' };
  };
  return (
    <>
      <select {...given('operation')}>
        <option value="">{t('operation')}</option>
        {operationNames.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select {...given('status')}>
        <option value="">{t('status')}</option>
        <option value="2">2xx</option>
        <option value="4">4xx</option>
        <option value="5">5xx</option>
        <option value="0">{t('dropped')}</option>
      </select>
      <input type="search" placeholder={t('contains')} {...given('contains')} />
    </>
  );
}
