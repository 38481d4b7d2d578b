import { useEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../api/answer.ts';
import { Button, DialogButton } from '../components/button.tsx';
import { announce, FailureBox } from '../components/notices.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import type { Field } from './fields.ts';
import { changedValues, requestSchema, toText } from './form-values.ts';
import type { KindForm, Resource } from './kinds.ts';
import { Parameter } from './parameter.tsx';

interface Props {
  form: KindForm;
  /** What it is about; undefined for a new one. */
  resource?: Resource;
  class?: string;
}

/** The button that opens the form of an operation. */
export function FormButton({ form, resource, class: className }: Props) {
  const title = resource && `${t(form.title)}: ${resource.name}`;
  return (
    <DialogButton class={className} text={t(form.title)} title={title}>
      {(close) => <ResourceForm form={form} resource={resource} onClose={close} />}
    </DialogButton>
  );
}

/** The form of an operation, made of the schema of its request. The server judges the values. */
function ResourceForm({ form, resource, onClose }: Props & { onClose: () => void }) {
  const { wrapper, members, required, tags } = requestSchema(form.request);
  const fields = [...members, ...tags];
  const textOf = (field: Field) => (form.isPrefilled && resource ? toText(field, resource) : '');
  const initial = useRef(
    Object.fromEntries(fields.map((field) => [field[0], textOf(field)])),
  ).current;
  const [texts, setTexts] = useState(initial);
  const { failure, isRunning, run } = useAction();
  const element = useRef<HTMLFormElement>(null);
  const wrong = failure && fieldIn(failure.message, fields);
  useEffect(() => {
    const control = element.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    control?.closest('details')?.setAttribute('open', '');
    control?.focus();
  }, [failure]);

  const submit = (event: Event) => {
    event.preventDefault();
    const parameters = changedValues(members, texts, initial);
    const body = { [wrapper]: parameters, ...changedValues(tags, texts, initial) };
    void run(form.send(resource?.uuid ?? '', body), ({ inventory }) => {
      announce(t('allDone'));
      onClose();
      if (inventory && form.opens) openItem(inventory.uuid, form.opens);
    });
  };
  const parameter = ([name, schema]: Field) => (
    <Parameter
      key={name}
      name={name}
      schema={schema}
      text={texts[name] ?? ''}
      isRequired={required.includes(name)}
      error={name === wrong ? failure?.message : undefined}
      onChange={(text) => setTexts((before) => ({ ...before, [name]: text }))}
    />
  );
  const isFirst = ([name]: Field) =>
    required.includes(name) || initial[name] !== '' || name === 'name';
  const further = fields.filter((field) => !isFirst(field));
  return (
    <form ref={element} noValidate onSubmit={submit}>
      {failure && wrong === undefined && <FailureBox failure={failure} />}
      {fields.filter(isFirst).map(parameter)}
      <details>
        <summary>{t('furtherFields', { count: further.length })}</summary>
        {further.map(parameter)}
      </details>
      <div class="actions">
        <button type="submit" class="primary" disabled={isRunning}>
          {t(form.title)}
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
