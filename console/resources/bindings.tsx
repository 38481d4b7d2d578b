import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { answerOf, api, type Schemas } from '../api/client.ts';
import { Command, Form } from '../components/command.tsx';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Kind, kindOf, listResources, type Resource } from './kinds.ts';
import { Parameter } from './parameter.tsx';

type Ref = Schemas['ModelServiceRefInventory'];

const PATH = '/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}';
/** Names are looked up for so many bindings. */
const NAMED_MAX = 100;

/** What a model or a service is bound to, with what binds and unbinds. */
export function Bindings({ kind, resource }: { kind: Kind; resource: Resource }) {
  const refs = resource.modelServiceRefs as Ref[];
  const [own, other, otherKind] =
    kind.path === 'models'
      ? (['modelUuid', 'modelServiceUuid', kindOf('services')] as const)
      : (['modelServiceUuid', 'modelUuid', kindOf('models')] as const);
  const [chosen, setChosen] = useState('');
  const uuids = refs.slice(0, NAMED_MAX).map((ref) => ref[other]);
  const { data: named = [] } = useAnswer(uuids.join(), async (signal) => {
    const query = { q: [`uuid?=${uuids}`], limit: NAMED_MAX, fields: 'uuid,name' };
    return uuids.length === 0 ? [] : listResources(otherKind, query, signal);
  });
  const at = (uuid: string) => {
    const path = { [own]: resource.uuid, [other]: uuid } as Record<
      typeof own | typeof other,
      string
    >;
    return { params: { path } };
  };
  const bind = () => answerOf(api.POST(PATH, { ...at(chosen.trim()), body: {} }));
  const link = ({ [other]: uuid }: Ref) => (
    <a href={linkTo(otherKind.path, uuid)}>
      {named.find((each) => each.uuid === uuid)?.name ?? uuid}
    </a>
  );
  const unbind = ({ [other]: uuid }: Ref) => (
    <Command send={() => answerOf(api.DELETE(PATH, at(uuid)))}>{t('unbind')}</Command>
  );
  return (
    <>
      <Table<Ref>
        caption={t('bindings')}
        columns={[
          { name: other, title: other, cell: link },
          { name: 'isDefault', title: 'isDefault', cell: (ref) => t(ref.isDefault ? 'yes' : 'no') },
          { name: 'unbind', title: t('unbind'), cell: unbind },
        ]}
        rows={refs}
        keyOf={({ uuid }) => uuid}
      />
      <Form button={t('bind')} send={bind} onDone={() => setChosen('')}>
        <Parameter name={other} schema={{}} text={chosen} onChange={setChosen} isRequired />
      </Form>
    </>
  );
}
