import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { answerOf, api, type Failure, type Schemas } from '../api/client.ts';
import { FailureBox } from '../components/failure-box.tsx';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { Editor } from './editor.tsx';
import { changes, type Kind, listResources, type Resource, referencedKind } from './kinds.ts';

type Ref = Schemas['ModelServiceRefInventory'];

/** Names are looked up for so many bindings. */
const NAMED_MAX = 100;

/** What a model or a service is bound to, with what binds and unbinds. */
export function Bindings({ kind, resource }: { kind: Kind; resource: Resource }) {
  const refs = resource.modelServiceRefs as Ref[];
  const side = kind.path === 'models' ? 'modelServiceUuid' : 'modelUuid';
  const [failure, setFailure] = useState<Failure>();
  const [chosen, setChosen] = useState('');
  const other = referencedKind(side);
  const uuids = refs.slice(0, NAMED_MAX).map((ref) => ref[side]);
  const names = useAnswer(uuids.join(), async (signal) => {
    if (!other || uuids.length === 0) return new Map<string, string>();
    const query = { q: [`uuid?=${uuids}`], limit: NAMED_MAX, fields: 'uuid,name' };
    const found = await listResources(other, query, signal);
    return new Map(found.map(({ uuid, name }) => [uuid, name]));
  });
  const pathOf = (uuid: string) => ({
    path:
      side === 'modelUuid'
        ? { modelUuid: uuid, modelServiceUuid: resource.uuid }
        : { modelUuid: resource.uuid, modelServiceUuid: uuid },
  });
  const change = async (call: Promise<unknown>) => {
    setFailure(undefined);
    try {
      await call;
      setChosen('');
      changes.value += 1;
    } catch (error) {
      setFailure(error as Failure);
    }
  };
  const path = '/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}';
  const bind = (event: Event) => {
    event.preventDefault();
    void change(answerOf(api.POST(path, { params: pathOf(chosen.trim()), body: {} })));
  };
  const unbind = (uuid: string) =>
    void change(answerOf(api.DELETE(path, { params: pathOf(uuid) })));
  return (
    <>
      {failure && <FailureBox failure={failure} />}
      <Table<Ref>
        caption={t('bindings')}
        columns={[
          {
            name: side,
            title: side,
            cell: (ref) => (
              <a href={linkTo(other?.path ?? '', ref[side])}>
                {names.data?.get(ref[side]) ?? ref[side]}
              </a>
            ),
          },
          { name: 'isDefault', title: 'isDefault', cell: (ref) => t(ref.isDefault ? 'yes' : 'no') },
          {
            name: 'unbind',
            title: t('unbind'),
            cell: (ref) => (
              <button type="button" onClick={() => unbind(ref[side])}>
                {t('unbind')}
              </button>
            ),
          },
        ]}
        rows={refs}
        keyOf={({ uuid }) => uuid}
        empty={t('none')}
      />
      <form class="line" onSubmit={bind}>
        <Editor
          name={side}
          schema={{}}
          value={chosen}
          onChange={(uuid) => setChosen(String(uuid))}
        />
        <button type="submit" disabled={chosen.trim() === ''}>
          {t('bind')}
        </button>
      </form>
    </>
  );
}
