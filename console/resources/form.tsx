import { useEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../api/answer.ts';
import { call } from '../api/client.ts';
import type { Field } from '../api/document.ts';
import { Button, DialogButton } from '../components/button.tsx';
import { announce, FailureBox } from '../components/notices.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { parametersOf, toTexts, toValues } from './form-values.ts';
import type { Action, Kind, Resource } from './kinds.ts';
import { Parameter } from './parameter.tsx';

interface Props {
  kind: Kind;
  action: Action;
  /** What it is about; undefined for a new one. */
  resource?: Resource;
}

/** The button that opens the form of an operation. */
export function FormButton({ kind, action, resource }: Props) {
  const { title } = action;
  return (
    <DialogButton
      class={title === 'add' ? 'primary' : 'outline'}
      data-variant={title === 'delete' && 'danger'}
      text={t(title)}
      title={resource && `${t(title)}: ${resource.name}`}
    >
      {(close) => <ResourceForm {...{ kind, action, resource }} onClose={close} />}
    </DialogButton>
  );
}

/** The form of an operation, made of the schema of its request. The server judges the values. */
function ResourceForm({ kind, action, resource, onClose }: Props & { onClose: () => void }) {
  const { title, operation } = action;
  const { fields, required, toRequest } = parametersOf(operation);
  const isPrefilled = title === 'edit' || title === 'clone';
  const [initial] = useState(() => toTexts(fields, isPrefilled ? resource : undefined));
  const { failure, isRunning, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  const wrong = failure && fieldIn(failure.message, fields);
  useEffect(() => {
    const control = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    control?.closest('details')?.setAttribute('open', '');
    control?.focus();
  }, [failure]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const texts = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    const values = toValues(fields, texts as Record<string, string>, initial);
    const request = { path: { uuid: resource?.uuid }, ...toRequest(values) };
    void run(call(operation, request as never), (answer) => {
      announce(t('allDone'));
      onClose();
      const { inventory } = answer as { inventory?: Resource };
      openItem(inventory?.uuid ?? '', title === 'deploy' ? 'deployments' : kind.path);
    });
  };
  const parameter = (field: Field) => (
    <Parameter
      key={field[0]}
      field={field}
      text={initial[field[0]]}
      isRequired={required.includes(field[0])}
      error={field[0] === wrong ? failure?.message : undefined}
    />
  );
  const isFirst = ([name]: Field) =>
    required.includes(name) || initial[name] !== '' || /^(name|deleteMode)$/.test(name);
  const further = fields.filter((field) => !isFirst(field));
  return (
    <form ref={form} noValidate onSubmit={submit}>
      {failure && wrong === undefined && <FailureBox failure={failure} />}
      {fields.filter(isFirst).map(parameter)}
      {further.length > 0 && (
        <details>
          <summary>{t('furtherFields', { count: further.length })}</summary>
          {further.map(parameter)}
        </details>
      )}
      <div class="hstack actions">
        <button
          type="submit"
          class="primary"
          data-variant={title === 'delete' && 'danger'}
          disabled={isRunning}
        >
          {t(title)}
        </button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

/** The first parameter that the server's sentence names. */
function fieldIn(sentence: string, fields: Field[]): string | undefined {
  const names = fields.map(([name]) => name);
  return sentence.split(/\W+/).find((word) => names.includes(word));
}
