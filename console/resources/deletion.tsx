import { useState } from 'preact/hooks';
import type { Failure } from '../api/client.ts';
import { Dialog } from '../components/dialog.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { announce } from '../components/notices.tsx';
import { t } from '../texts/text.ts';
import { changes, deleteResource, type Kind, type Resource } from './kinds.ts';

interface Props {
  kind: Kind;
  resource: Resource;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before a resource is deleted, and in which mode. */
export function Deletion({ kind, resource, onClose, onDone }: Props) {
  const [failure, setFailure] = useState<Failure>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const mode = new FormData(event.currentTarget as HTMLFormElement).get('deleteMode');
    try {
      await deleteResource(kind, resource.uuid, mode as 'Permissive' | 'Enforcing');
      changes.value += 1;
      announce(t('deleted', { name: resource.name }));
      onClose();
      onDone();
    } catch (error) {
      setFailure(error as Failure);
    }
  };
  return (
    <Dialog title={`${t('delete')}: ${resource.name}`} onClose={onClose}>
      <form onSubmit={submit}>
        {failure && <FailureBox failure={failure} />}
        <fieldset>
          <legend>deleteMode</legend>
          <label>
            <input type="radio" name="deleteMode" value="Permissive" checked /> Permissive:{' '}
            {t('permissive')}
          </label>
          <label>
            <input type="radio" name="deleteMode" value="Enforcing" /> Enforcing: {t('enforcing')}
          </label>
        </fieldset>
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
