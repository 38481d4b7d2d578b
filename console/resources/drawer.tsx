import { useAnswer } from '../api/answer.ts';
import { serverUrl, session } from '../api/client.ts';
import { type Operation, requestLine } from '../api/document.ts';
import { Code } from '../components/code.tsx';
import { Drawer } from '../components/drawer.tsx';
import { FailureBox } from '../components/notices.tsx';
import { Tabs } from '../components/tabs.tsx';
import { t } from '../texts/text.ts';
import { FormButtons } from './form.tsx';
import { formOf } from './form-values.ts';
import { actionsOf, fieldsOf, getResource, type Kind, type Resource } from './kinds.ts';
import { Bindings, Tags } from './related.tsx';
import { Values } from './value.tsx';

/** Everything about a resource, and what can be done with it. */
export function ResourceDrawer({ kind, uuid }: { kind: Kind; uuid: string }) {
  const { data, failure } = useAnswer(uuid, (signal) => getResource(kind, uuid, signal));
  const buttons = data && <FormButtons kind={kind} resource={data} />;
  return (
    <Drawer title={data?.name || uuid} actions={buttons}>
      {failure && <FailureBox failure={failure} />}
      {data && <Tabs label={data.name} tabs={tabsOf(kind, data)} />}
    </Drawer>
  );
}

function tabsOf(kind: Kind, resource: Resource) {
  const { uuid, yaml, modelServiceRefs: refs } = resource;
  const fields = fieldsOf(kind).filter(([name]) => !/^(yaml|modelServiceRefs)$/.test(name));
  return {
    [t('fields')]: <Values fields={fields} values={resource} />,
    YAML: yaml !== undefined && <Code label="YAML" text={String(yaml)} />,
    [t('bindings')]: refs !== undefined && <Bindings kind={kind} resource={resource} />,
    [t('tags')]: <Tags kind={kind} uuid={uuid} />,
    JSON: <Code label="JSON" text={JSON.stringify(resource, null, 2)} />,
    curl: <Commands kind={kind} resource={resource} />,
  };
}

/** The commands that get a resource, and that add one with the same values. */
function Commands({ kind, resource }: { kind: Kind; resource: Resource }) {
  const add = actionsOf(kind).find(({ title }) => title === 'add')?.operation;
  const commands = {
    [`Get${kind.entity}`]: curlOf(`Get${kind.entity}`, resource.uuid),
    ...(add && { [add]: curlOf(add, '', additionOf(add, resource)) }),
  };
  return Object.entries(commands).map(([operation, text]) => (
    <section key={operation}>
      <h3>{operation}</h3>
      <Code label={operation} text={text} />
    </section>
  ));
}

function additionOf(operation: Operation, resource: Resource) {
  const { parameters } = formOf(operation, resource);
  const texts = parameters.map(({ name, text }) => [name, text]);
  return formOf(operation).toRequest(Object.fromEntries(texts));
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that sends a request; the shell's variable AIOS_SESSION has the session. */
function curlOf(operation: Operation, uuid: string, { body }: { body?: object } = {}): string {
  const { method, path } = requestLine(operation, { uuid });
  return [
    `curl -X ${method} ${quoted(`${serverUrl}zstack${path}`)}`,
    session.value !== '' && '-H "Authorization: OAuth $AIOS_SESSION"',
    body && "-H 'Content-Type: application/json'",
    body && `-d ${quoted(JSON.stringify(body, null, 2))}`,
  ]
    .filter(Boolean)
    .join(' \\\n  ');
}
