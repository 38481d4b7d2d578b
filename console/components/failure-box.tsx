import type { Failure } from '../api/client.ts';
import { t } from '../texts/text.ts';

interface Props {
  failure: Failure;
  onRetry?: () => void;
}

/** Says why something could not be loaded or done, in the server's own sentence. */
export function FailureBox({ failure, onRetry }: Props) {
  return (
    <div class="failure-box" role="alert">
      {failure.code !== '' && <code>{failure.code}</code>} <span>{failure.message}</span>{' '}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}
