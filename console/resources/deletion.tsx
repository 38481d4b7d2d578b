import { useAction } from '../api/answer.ts';
import { Dialog } from '../components/dialog.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { announce } from '../components/notices.tsx';
import { t } from '../texts/text.ts';
import { deleteResource, type Kind, type Resource } from './kinds.ts';

interface Props {
  kind: Kind;
  resource: Resource;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before a resource is deleted, and in which mode. */
export function Deletion({ kind, resource, onClose, onDone }: Props) {
  const { failure, run } = useAction();
  const { uuid, name } = resource;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget as HTMLFormElement);
    const mode = values.has('enforcing') ? 'Enforcing' : 'Permissive';
    void run(deleteResource(kind, uuid, mode), () => {
      announce(t('deleted', { name }));
      onDone();
    });
  };
  return (
    <Dialog title={`${t('delete')}: ${name}`} onClose={onClose}>
      <form onSubmit={submit}>
        {failure && <FailureBox failure={failure} />}
        <p>
          <label>
            <input type="checkbox" name="enforcing" /> {t('enforcing')}
          </label>
        </p>
        <div class="actions">
          <button type="submit" class="danger">
            {t('delete')}
          </button>
          <button type="button" onClick={onClose}>
            {t('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
