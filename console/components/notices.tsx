import { signal } from '@preact/signals';
import type { Failure } from '../api/client.ts';
import { t } from '../texts/text.ts';

interface Notice {
  id: number;
  text: string;
  isFailure: boolean;
}

/** How long the notice of a success is shown, in milliseconds. */
const SHOWN_MS = 5000;

const notices = signal<Notice[]>([]);
let lastId = 0;

function remove(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

function add(text: string, isFailure: boolean): number {
  lastId += 1;
  notices.value = [...notices.value, { id: lastId, text, isFailure }];
  return lastId;
}

/** Shows a text for a moment, and has screen readers say it. */
export function announce(text: string): void {
  const id = add(text, false);
  setTimeout(() => remove(id), SHOWN_MS);
}

/** Shows a failure until it is dismissed. */
export function announceFailure({ message }: Failure): void {
  add(message, true);
}

/** The live region of all notices. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, text, isFailure }) => (
        <div key={id} class={isFailure ? 'notice failure' : 'notice'}>
          <span>{text}</span>
          <button type="button" class="quiet" aria-label={t('dismiss')} onClick={() => remove(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
