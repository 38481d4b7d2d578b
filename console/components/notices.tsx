import { signal } from '@preact/signals';
import type { Failure } from '../api/client.ts';
import { t } from '../texts/text.ts';
import { Button, CloseButton } from './button.tsx';

interface Notice {
  text: string;
  variant: 'success' | 'danger';
}

/** How long the notice of a success is shown, in milliseconds. */
const SHOWN_MS = 5000;

/** The last one, while it is shown. */
const notice = signal<Notice | undefined>(undefined);

/** Shows a text, and has screen readers say it: a success for a moment, a failure until it is dismissed. */
export function announce(text: string, variant: Notice['variant'] = 'success'): void {
  const shown = { text, variant };
  notice.value = shown;
  if (variant === 'success') setTimeout(() => notice.value === shown && dismiss(), SHOWN_MS);
}

function dismiss(): void {
  notice.value = undefined;
}

/** The live region of the last notice. */
export function Notices() {
  return (
    <div class="toast-container" data-placement="bottom-right" role="status">
      {notice.value && (
        <div class="toast hstack" data-variant={notice.value.variant}>
          {notice.value.text}
          <CloseButton onClick={dismiss} />
        </div>
      )}
    </div>
  );
}

interface FailureProps {
  failure: Failure;
  onRetry?: () => void;
}

/** Says why something could not be loaded or done, in the server's own sentence. */
export function FailureBox({ failure, onRetry }: FailureProps) {
  return (
    <div role="alert" data-variant="danger">
      {failure.code && <code>{failure.code}</code>} <span>{failure.message}</span>
      {onRetry && <Button onClick={onRetry}>{t('retry')}</Button>}
    </div>
  );
}
