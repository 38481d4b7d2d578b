import type { Fault, JournalEntry } from '../api/aios.ts';
import { Code } from '../components/code.tsx';
import { Drawer } from '../components/drawer.tsx';
import { AddFault } from '../control/fault.tsx';
import { formatTime, t } from '../texts/text.ts';

/** A request and its answer, side by side. */
export function Exchange({ entry }: { entry: JournalEntry }) {
  const { operation, method, path, query, status, time, request, response } = entry;
  const { error } = (response ?? {}) as Pick<Fault, 'error'>;
  const fault = { operation: operation ?? '*', error, drop: status === 0 };
  return (
    <Drawer
      title={operation ?? t('unknownPath')}
      actions={<AddFault button={t('makeFault')} initial={fault} />}
    >
      <p>
        <code>{`${method} ${path}`}</code> <Status status={status} />{' '}
        <span class="hint">{formatTime(time)}</span>
      </p>
      {Object.keys(query ?? {}).length > 0 && <Part title={t('parameters')} content={query} />}
      <div class="columns">
        <Part title={t('request')} content={request} />
        <Part title={t('answer')} content={response} />
      </div>
    </Drawer>
  );
}

function Part({ title, content }: { title: string; content: unknown }) {
  return (
    <div>
      <h3>{title}</h3>
      <Code label={title} text={content === null ? t('none') : JSON.stringify(content, null, 2)} />
    </div>
  );
}

/** A status, which a sign marks too if it is a failure. */
export function Status({ status }: { status: number }) {
  if (status > 0 && status < 400) return <span class="good">{status}</span>;
  return <span class="bad">✕ {status || t('dropped')}</span>;
}
