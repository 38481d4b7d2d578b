import { useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import { DialogButton } from '../components/button.tsx';
import { Form } from '../components/command.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { formOf, type Parameter } from './form-values.ts';
import type { Action, Kind, Resource } from './kinds.ts';
import { ParameterField } from './parameter.tsx';

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
  const isPrefilled = title === 'edit' || title === 'clone';
  const [form] = useState(() => formOf(operation, isPrefilled ? resource : undefined));
  const send = (texts: Record<string, string>) =>
    call(operation, { path: { uuid: resource?.uuid }, ...form.toRequest(texts) } as never);
  const show = (answer: object) => {
    const { inventory } = answer as { inventory?: Resource };
    onClose();
    openItem(inventory?.uuid ?? '', title === 'deploy' ? 'deployments' : kind.path);
  };
  const field = (each: Parameter) => <ParameterField key={each.name} {...each} />;
  const isFirst = ({ name, isRequired, text }: Parameter) =>
    isRequired || text !== '' || name === 'name';
  const further = form.parameters.filter((each) => !isFirst(each));
  return (
    <Form
      button={t(title)}
      variant={title === 'delete' ? 'danger' : 'primary'}
      noValidate
      send={send}
      onDone={show}
      onCancel={onClose}
    >
      {form.parameters.filter(isFirst).map(field)}
      {further.length > 0 && (
        <details>
          <summary>{t('furtherFields', { count: further.length })}</summary>
          {further.map(field)}
        </details>
      )}
    </Form>
  );
}
