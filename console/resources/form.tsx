import { useId, useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { call } from '../api/client.ts';
import { membersOf, type Schema, valuesOf } from '../api/document.ts';
import { DialogButton } from '../components/button.tsx';
import { Choice, Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { formOf, isJson, isLines, type Parameter } from './form-values.ts';
import { actionsOf, type Kind, listResources, type Resource, referencedKind } from './kinds.ts';

const TEXT_MAX = 16_777_215;
const PROPOSED_MAX = 20;
const LONG_TEXTS =
  /^(description|yaml|readme|introduction|parameters|containerCommand|containerArgs)$/;

type Action = ReturnType<typeof actionsOf>[number];

interface Props {
  kind: Kind;
  /** What it is about; undefined for a new one. */
  resource?: Resource | undefined;
}

/** The buttons that open the forms of what can be done with a resource, or that which adds one. */
export function FormButtons({ kind, resource }: Props) {
  const actions = actionsOf(kind).filter(({ title }) => (title === 'add') === !resource);
  return actions.map((action) => (
    <DialogButton
      key={action.title}
      class={resource ? 'outline' : 'primary'}
      data-variant={action.title === 'delete' && 'danger'}
      text={t(action.title)}
      title={resource && `${t(action.title)}: ${resource.name}`}
    >
      <ResourceForm {...{ kind, action, resource }} />
    </DialogButton>
  ));
}

/** The form of an operation, made of the schema of its request. The server judges the values. */
function ResourceForm({ kind, action, resource }: Props & { action: Action }) {
  const { title, operation } = action;
  const isPrefilled = title === 'edit' || title === 'clone';
  const [form] = useState(() => formOf(operation, isPrefilled ? resource : undefined));
  const send = (texts: Record<string, string>) =>
    call(operation, { path: { uuid: resource?.uuid }, ...form.toRequest(texts) } as never);
  const show = (answer: object) => {
    const { inventory } = answer as { inventory?: Resource };
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

/** The field of a parameter. */
export function ParameterField(parameter: Parameter) {
  const { name, schema, isRequired, text } = parameter;
  const field = { label: name, hint: hintOf(schema), isRequired };
  const values = valuesOf(schema);
  if (values.length === 0) return <Field {...field}>{controlOf(parameter)}</Field>;
  return <Choice {...field} name={name} options={[text, '', ...values]} />;
}

/** The control of a parameter: a text, a line for each entry of a list, or JSON. */
function controlOf({ name, schema, text }: Parameter) {
  const kind = referencedKind(name);
  if (kind) return <Reference kind={kind} name={name} defaultValue={text} />;
  const isData = isLines(schema) || isJson(schema) || name === 'yaml';
  if (isData || LONG_TEXTS.test(name)) {
    const example = isJson(schema) ? JSON.stringify(exampleOf(schema)) : '';
    const rows = Math.min(16, Math.max(3, text.split('\n').length + 1));
    const given = { rows, class: isData ? 'code' : '', placeholder: example, defaultValue: text };
    return <textarea name={name} {...given} />;
  }
  return <input name={name} defaultValue={text} />;
}

/** A UUID, or the beginning of a name, for which the browser proposes resources. */
function Reference({ kind, ...control }: { kind: Kind; name: string; defaultValue: string }) {
  const id = useId();
  const [text, setText] = useState('');
  const { data = [] } = useAnswer(`${kind.path} ${text}`, (signal) => {
    const query = { q: [`name~=${text}%`], limit: PROPOSED_MAX, fields: 'uuid,name' };
    return listResources(kind, query, signal);
  });
  return (
    <>
      <input
        {...control}
        class="code"
        list={id}
        autocomplete="off"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <datalist id={id}>
        {data.map(({ uuid, name }) => (
          <option key={uuid} value={uuid}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** A value of a schema's form that has nothing in it. */
function exampleOf({ type, items, properties, additionalProperties }: Schema): unknown {
  if (type === 'array') return [exampleOf(items ?? {})];
  if (type !== 'object') return '';
  const members = membersOf({ properties: properties ?? { name: additionalProperties ?? {} } });
  return Object.fromEntries(members.map(([name, each]) => [name, exampleOf(each)]));
}

/** What the document says of a value, how it is written, and its limits. */
function hintOf(schema: Schema): string {
  const { description, maxLength = TEXT_MAX, minimum, maximum } = schema;
  return [
    description,
    isLines(schema) && t('lines'),
    isJson(schema) && 'JSON.',
    maxLength < TEXT_MAX && t('lengthLimit', { count: maxLength }),
    maximum !== undefined && t('range', { minimum: minimum ?? 0, maximum }),
  ]
    .filter(Boolean)
    .join(' ');
}
