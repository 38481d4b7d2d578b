import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { Code } from '../components/code.tsx';
import { Drawer } from '../components/drawer.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { Tabs } from '../components/tabs.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { Bindings } from './bindings.tsx';
import { additionOf, curlOf } from './commands.ts';
import { Deletion } from './deletion.tsx';
import { fieldsOf } from './fields.ts';
import { ResourceForm } from './form.tsx';
import { getResource, type Kind, type KindForm, type Resource } from './kinds.ts';
import { Tags } from './tags.tsx';
import { Values } from './value.tsx';

/** Fields that have tabs of their own. */
const TABS = ['yaml', 'modelServiceRefs'];

/** Everything about a resource, and what can be done with it. */
export function ResourceDrawer({ kind, uuid }: { kind: Kind; uuid: string }) {
  const [form, setForm] = useState<KindForm | 'deletion'>();
  const { data, failure } = useAnswer(uuid, (signal) => getResource(kind, uuid, signal));
  const close = () => openItem('');
  const closeForm = () => setForm(undefined);
  const actions = data && (
    <>
      {kind.actions.map((action) => (
        <button key={action.title} type="button" onClick={() => setForm(action)}>
          {t(action.title)}
        </button>
      ))}
      <button type="button" class="danger" onClick={() => setForm('deletion')}>
        {t('delete')}
      </button>
    </>
  );
  return (
    <Drawer title={data?.name || uuid} onClose={close} actions={actions}>
      {failure && <FailureBox failure={failure} />}
      {data && <Tabs label={t('parts')} tabs={tabsOf(kind, data)} />}
      {data && form === 'deletion' && (
        <Deletion kind={kind} resource={data} onClose={closeForm} onDone={close} />
      )}
      {data && typeof form === 'object' && (
        <ResourceForm form={form} resource={data} onClose={closeForm} />
      )}
    </Drawer>
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
