import { useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import type { Field } from '../api/document.ts';
import { DialogButton } from '../components/button.tsx';
import { Form } from '../components/command.tsx';
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
  const send = (texts: Record<string, string>) => {
    const request = toRequest(toValues(fields, texts, initial));
    return call(operation, { path: { uuid: resource?.uuid }, ...request } as never);
  };
  const show = (answer: object) => {
    const { inventory } = answer as { inventory?: Resource };
    onClose();
    openItem(inventory?.uuid ?? '', title === 'deploy' ? 'deployments' : kind.path);
  };
  const parameter = (field: Field) => {
    const [name] = field;
    const isRequired = required.includes(name);
    return <Parameter key={name} {...{ field, isRequired }} text={initial[name]} />;
  };
  const isFirst = ([name]: Field) =>
    required.includes(name) || initial[name] !== '' || name === 'name';
  const further = fields.filter((field) => !isFirst(field));
  return (
    <Form
      button={t(title)}
      variant={title === 'delete' ? 'danger' : 'primary'}
      noValidate
      send={send}
      onDone={show}
      onCancel={onClose}
    >
      {fields.filter(isFirst).map(parameter)}
      {further.length > 0 && (
        <details>
          <summary>{t('furtherFields', { count: further.length })}</summary>
          {further.map(parameter)}
        </details>
      )}
    </Form>
  );
}
