import { signal } from '@preact/signals';
import type { Failure } from '../api/client.ts';
import { t } from '../texts/text.ts';
import { Button, CloseButton } from './button.tsx';

interface Notice {
  text: string;
}

/** How long a notice is shown, in milliseconds. */
const SHOWN_MS = 5000;

/** The notices that are shown, oldest first. */
const notices = signal<Notice[]>([]);

/** Shows a text for a moment, and has screen readers say it. */
export function announce(text: string): void {
  const notice = { text };
  notices.value = [...notices.value, notice];
  setTimeout(dismiss, SHOWN_MS, notice);
}

function dismiss(notice: Notice): void {
  notices.value = notices.value.filter((each) => each !== notice);
}

/** The live region of the notices. */
export function Notices() {
  return (
    <div class="toast-container" data-placement="bottom-right" role="log">
      {notices.value.map((notice) => (
        <div key={notice} class="toast hstack" data-variant="success">
          {notice.text}
          <CloseButton onClick={() => dismiss(notice)} />
        </div>
      ))}
    </div>
  );
}

/** Says why something could not be loaded or done, in the server's own sentence. */
export function FailureBox({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  return (
    <div role="alert" data-variant="danger">
      {failure.code && <code>{failure.code}</code>} <span>{failure.message}</span>
      {onRetry && <Button onClick={onRetry}>{t('retry')}</Button>}
    </div>
  );
}
