import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { Failure } from '../api/client.ts';
import { Code } from '../components/code.tsx';
import { Drawer } from '../components/drawer.tsx';
import { FailureBox } from '../components/failure-box.tsx';
import { type Tab, Tabs } from '../components/tabs.tsx';
import { openItem } from '../router.ts';
import { t } from '../texts/text.ts';
import { Bindings } from './bindings.tsx';
import { additionOf, curlOf } from './commands.ts';
import { Deletion } from './deletion.tsx';
import { fieldsOf } from './fields.ts';
import { ResourceForm } from './form.tsx';
import { changes, getResource, type Kind, type KindForm, type Resource } from './kinds.ts';
import { Tags } from './tags.tsx';
import { Values } from './value.tsx';

/** Fields that have tabs of their own. */
const TABS = ['yaml', 'modelServiceRefs'];

/** Everything about a resource, and what can be done with it. */
export function ResourceDrawer({ kind, uuid }: { kind: Kind; uuid: string }) {
  const [form, setForm] = useState<KindForm | 'deletion'>();
  const { data, failure, isLoading } = useAnswer(`${uuid} ${changes.value}`, (signal) =>
    getResource(kind, uuid, signal),
  );
  const close = () => openItem('');
  const missing = new Failure({ details: t('notFound', { uuid }) });
  const shown = failure ?? (data || isLoading ? undefined : missing);
  return (
    <Drawer
      title={data?.name || uuid}
      onClose={close}
      actions={
        data && (
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
        )
      }
    >
      {shown && <FailureBox failure={shown} />}
      {data && <Tabs label={t('parts')} tabs={tabsOf(kind, data)} />}
      {data && form === 'deletion' && (
        <Deletion kind={kind} resource={data} onClose={() => setForm(undefined)} onDone={close} />
      )}
      {data && typeof form === 'object' && (
        <ResourceForm
          form={form}
          resource={data}
          onClose={() => setForm(undefined)}
          onDone={(made) => made && made !== uuid && openItem(made)}
        />
      )}
    </Drawer>
  );
}

function tabsOf(kind: Kind, resource: Resource): Tab[] {
  const addition = additionOf(kind, resource);
  const tabs: (Tab | false)[] = [
    {
      name: 'fields',
      title: t('fields'),
      content: () => (
        <Values
          fields={fieldsOf(kind).filter(([name]) => !TABS.includes(name))}
          values={resource}
        />
      ),
    },
    resource.yaml !== undefined && {
      name: 'yaml',
      title: 'YAML',
      content: () => <Code label="YAML" text={String(resource.yaml)} isData />,
    },
    resource.modelServiceRefs !== undefined && {
      name: 'bindings',
      title: t('bindings'),
      content: () => <Bindings kind={kind} resource={resource} />,
    },
    {
      name: 'tags',
      title: t('tags'),
      content: () => <Tags kind={kind} uuid={resource.uuid} />,
    },
    {
      name: 'json',
      title: 'JSON',
      content: () => <Code label="JSON" text={JSON.stringify(resource, null, 2)} isData />,
    },
    {
      name: 'curl',
      title: 'curl',
      content: () => (
        <>
          <h3>{t('curlGet')}</h3>
          <Code label={t('curlGet')} text={curlOf('GET', `${kind.url}/${resource.uuid}`)} />
          {addition && (
            <>
              <h3>{t('curlAdd')}</h3>
              <Code label={t('curlAdd')} text={curlOf('POST', kind.url, addition)} />
            </>
          )}
        </>
      ),
    },
  ];
  return tabs.filter((tab) => tab !== false);
}
