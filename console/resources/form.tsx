import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../api/client.ts';
import { Dialog } from '../components/dialog.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { announce } from '../components/notices.tsx';
import { t } from '../texts/text.ts';
import { Editor } from './editor.tsx';
import type { Field } from './fields.ts';
import {
  changedValues,
  emptyValue,
  type FormValue,
  fromResource,
  isEmpty,
  requestSchema,
} from './form-values.ts';
import { changes, type KindForm, type Resource } from './kinds.ts';

interface Props {
  form: KindForm;
  /** What it is about; undefined for a new one. */
  resource?: Resource;
  onClose: () => void;
  /** @param uuid of the resource that was answered */
  onDone: (uuid: string | undefined) => void;
}

/** The form of an operation, made of the schema of its request. The server judges the values. */
export function ResourceForm({ form, resource, onClose, onDone }: Props) {
  const { wrapper, members, required, tags } = requestSchema(form.request);
  const all = [...members, ...tags];
  const initial = useRef<Record<string, FormValue>>(
    Object.fromEntries(
      all.map(([name, schema]) => [
        name,
        form.isPrefilled && resource ? fromResource(name, schema, resource) : emptyValue(schema),
      ]),
    ),
  ).current;
  const [values, setValues] = useState(initial);
  const [failure, setFailure] = useState<Failure>();
  const [isSending, setSending] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const wrong = failure && fieldIn(failure.message, all);
  useEffect(() => {
    const control = element.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    control?.closest('details')?.setAttribute('open', '');
    control?.focus();
  }, [failure]);

  const submit = async (event: Event) => {
    event.preventDefault();
    setSending(true);
    const body = {
      [wrapper]: changedValues(members, values, initial),
      ...changedValues(tags, values, initial),
    };
    try {
      const { inventory } = await form.send(resource?.uuid ?? '', body);
      changes.value += 1;
      announce(t('done', { action: t(form.title) }));
      onClose();
      onDone(inventory?.uuid);
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure({ details: String(error) }));
      setSending(false);
    }
  };

  const isShown = ([name]: Field) =>
    required.includes(name) || !isEmpty(initial[name]) || name === 'name';
  const editorOf = ([name, schema]: Field) => (
    <Editor
      key={name}
      name={name}
      schema={schema}
      value={values[name] ?? ''}
      isRequired={required.includes(name)}
      error={name === wrong ? failure?.message : undefined}
      onChange={(value) => setValues((before) => ({ ...before, [name]: value }))}
    />
  );
  const further = all.filter((field) => !isShown(field));
  return (
    <Dialog
      title={resource ? `${t(form.title)}: ${resource.name}` : t(form.title)}
      onClose={onClose}
    >
      <form ref={element} noValidate onSubmit={submit}>
        {failure && wrong === undefined && <FailureBox failure={failure} />}
        {all.filter(isShown).map(editorOf)}
        {further.length > 0 && (
          <details>
            <summary>{t('furtherFields', { count: further.length })}</summary>
            {further.map(editorOf)}
          </details>
        )}
        <div class="actions">
          <button type="submit" class="primary" disabled={isSending}>
            {t(form.title)}
          </button>
          <button type="button" onClick={onClose}>
            {t('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The first parameter that the server's sentence names. */
function fieldIn(sentence: string, fields: Field[]): string | undefined {
  const words = sentence.split(/\W+/);
  const named = fields.map(([name]) => name).filter((name) => words.includes(name));
  return named.sort((a, b) => words.indexOf(a) - words.indexOf(b))[0];
}
