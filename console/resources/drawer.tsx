import { useAnswer } from '../api/answer.ts';
import { DialogButton } from '../components/button.tsx';
import { Code } from '../components/code.tsx';
import { Form } from '../components/command.tsx';
import { Drawer } from '../components/drawer.tsx';
import { FailureBox } from '../components/notices.tsx';
import { Tabs } from '../components/tabs.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { Bindings } from './bindings.tsx';
import { additionOf, curlOf } from './commands.ts';
import { fieldsOf } from './fields.ts';
import { FormButton } from './form.tsx';
import { deleteResource, getResource, type Kind, type Resource } from './kinds.ts';
import { Tags } from './tags.tsx';
import { Values } from './value.tsx';

/** Fields that have tabs of their own. */
const TABS = ['yaml', 'modelServiceRefs'];

/** Everything about a resource, and what can be done with it. */
export function ResourceDrawer({ kind, uuid }: { kind: Kind; uuid: string }) {
  const { data, failure } = useAnswer(uuid, (signal) => getResource(kind, uuid, signal));
  const actions = data && (
    <>
      {kind.actions.map((action) => (
        <FormButton key={action.title} form={action} resource={data} />
      ))}
      <Deletion kind={kind} resource={data} />
    </>
  );
  return (
    <Drawer title={data?.name || uuid} onClose={() => openItem('')} actions={actions}>
      {failure && <FailureBox failure={failure} />}
      {data && <Tabs label={t('parts')} tabs={tabsOf(kind, data)} />}
    </Drawer>
  );
}

/** Asks before a resource is deleted, and in which mode. */
function Deletion({ kind, resource: { uuid, name } }: { kind: Kind; resource: Resource }) {
  const remove = ({ enforcing }: Record<string, string>) =>
    deleteResource(kind, uuid, enforcing ? 'Enforcing' : 'Permissive');
  return (
    <DialogButton data-variant="danger" text={t('delete')} title={`${t('delete')}: ${name}`}>
      {() => (
        <Form button={t('delete')} variant="danger" send={remove} onDone={() => openItem('')}>
          <label>
            <input type="checkbox" name="enforcing" /> {t('enforcing')}
          </label>
        </Form>
      )}
    </DialogButton>
  );
}

function tabsOf(kind: Kind, resource: Resource) {
  const { uuid, yaml, modelServiceRefs: refs } = resource;
  const fields = fieldsOf(kind).filter(([name]) => !TABS.includes(name));
  const addition = additionOf(kind, resource);
  const text = JSON.stringify(resource, null, 2);
  const curl = () => (
    <>
      <h3>{t('curlGet')}</h3>
      <Code label={t('curlGet')} text={curlOf('GET', `${kind.url}/${uuid}`)} />
      {addition && (
        <>
          <h3>{t('curlAdd')}</h3>
          <Code label={t('curlAdd')} text={curlOf('POST', kind.url, addition)} />
        </>
      )}
    </>
  );
  const tabs = [
    { title: t('fields'), content: () => <Values fields={fields} values={resource} /> },
    yaml !== undefined && {
      title: 'YAML',
      content: () => <Code label="YAML" text={String(yaml)} isData />,
    },
    refs !== undefined && {
      title: t('bindings'),
      content: () => <Bindings kind={kind} resource={resource} />,
    },
    { title: t('tags'), content: () => <Tags kind={kind} uuid={uuid} /> },
    { title: 'JSON', content: () => <Code label="JSON" text={text} isData /> },
    { title: 'curl', content: curl },
  ];
  return tabs.filter((tab) => tab !== false);
}
