import { useAnswer } from '../api/answer.ts';
import { call, type Schemas } from '../api/client.ts';
import { Command, Form } from '../components/command.tsx';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Kind, kindOf, listResources, type Resource } from './kinds.ts';
import { Parameter } from './parameter.tsx';

type Ref = Schemas['ModelServiceRefInventory'];

/** Names are looked up for so many bindings. */
const NAMED_MAX = 100;

/** What a model or a service is bound to, with what binds and unbinds. */
export function Bindings({ kind, resource }: { kind: Kind; resource: Resource }) {
  const refs = resource.modelServiceRefs as Ref[];
  const isModel = kind.path === 'models';
  const other = isModel ? 'modelServiceUuid' : 'modelUuid';
  const otherKind = kindOf(isModel ? 'services' : 'models');
  const uuids = refs.slice(0, NAMED_MAX).map((ref) => ref[other]);
  const { data: named = [] } = useAnswer(uuids.join(), async (signal) => {
    const query = { q: [`uuid?=${uuids}`], limit: NAMED_MAX, fields: 'uuid,name' };
    return uuids.length === 0 ? [] : listResources(otherKind, query, signal);
  });
  const pathTo = (uuid: string) => {
    return { modelUuid: resource.uuid, modelServiceUuid: resource.uuid, [other]: uuid };
  };
  const bind = ({ [other]: uuid = '' }: Record<string, string>) =>
    call('BindModelToService', { path: pathTo(uuid.trim()), body: {} });
  const unbind = (uuid: string) => call('UnbindModelFromService', { path: pathTo(uuid) });
  return (
    <>
      <Table<Ref>
        caption={t('bindings')}
        columns={[
          {
            name: other,
            title: other,
            cell: ({ [other]: uuid }) => (
              <a href={linkTo(otherKind.path, uuid)}>
                {named.find((each) => each.uuid === uuid)?.name ?? uuid}
              </a>
            ),
          },
          { name: 'isDefault', title: 'isDefault', cell: (ref) => t(ref.isDefault ? 'yes' : 'no') },
          {
            name: 'unbind',
            title: t('unbind'),
            cell: (ref) => <Command send={() => unbind(ref[other])}>{t('unbind')}</Command>,
          },
        ]}
        rows={refs}
        keyOf={({ uuid }) => uuid}
      />
      <Form button={t('bind')} send={bind}>
        <Parameter field={[other, {}]} isRequired />
      </Form>
    </>
  );
}
