import { useAnswer } from '../api/answer.ts';
import { call, type Schemas } from '../api/client.ts';
import { Choice, Input } from '../components/field.tsx';
import { commands, Form } from '../components/form.tsx';
import { Table } from '../components/table.tsx';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { ParameterField } from './form.tsx';
import { type Kind, kindOf, listResources, type Resource } from './kinds.ts';
import { fieldColumn } from './value.tsx';

type Ref = Schemas['ModelServiceRefInventory'];

/** So many tags of each type are shown, and names are looked up for so many bindings. */
const SHOWN_MAX = 100;
const TAG_TYPES = ['User', 'System'] as const;

/** What a model or a service is bound to, with what binds and unbinds. */
export function Bindings({ kind, resource }: { kind: Kind; resource: Resource }) {
  const refs = resource.modelServiceRefs as Ref[];
  const isModel = kind.path === 'models';
  const other = isModel ? 'modelServiceUuid' : 'modelUuid';
  const otherKind = kindOf(isModel ? 'services' : 'models');
  const uuids = refs.slice(0, SHOWN_MAX).map((ref) => ref[other]);
  const { data: named = [] } = useAnswer(uuids.join(), async (signal) => {
    const query = { q: [`uuid?=${uuids}`], limit: SHOWN_MAX, fields: 'uuid,name' };
    return uuids.length === 0 ? [] : listResources(otherKind, query, signal);
  });
  const nameOf = (uuid: string) => named.find((each) => each.uuid === uuid)?.name ?? uuid;
  const own = { modelUuid: resource.uuid, modelServiceUuid: resource.uuid };
  const bind = ({ [other]: uuid = '' }: Record<string, string>) =>
    call('BindModelToService', { path: { ...own, [other]: uuid.trim() }, body: {} });
  const unbind = (uuid: string) =>
    call('UnbindModelFromService', { path: { ...own, [other]: uuid } });
  return (
    <>
      <Table<Ref>
        caption={t('bindings')}
        columns={[
          {
            name: other,
            cell: (ref) => <a href={linkTo(otherKind.path, ref[other])}>{nameOf(ref[other])}</a>,
          },
          fieldColumn(['isDefault', {}]),
          commands('unbind', (ref) => unbind(ref[other])),
        ]}
        rows={refs}
        keyOf={({ uuid }) => uuid}
      />
      <Form button={t('bind')} send={bind}>
        <ParameterField name={other} schema={{}} text="" isRequired />
      </Form>
    </>
  );
}

/** The user tags and system tags of a resource, with what adds and deletes them. */
export function Tags({ kind, uuid }: { kind: Kind; uuid: string }) {
  const { data } = useAnswer(uuid, async (signal) => {
    const query = { q: [`resourceUuid=${uuid}`], limit: SHOWN_MAX };
    const answers = TAG_TYPES.map((type) => call(`Query${type}Tag`, { query, signal }));
    return (await Promise.all(answers)).flatMap(({ inventories = [] }) => inventories);
  });
  const add = ({ type, tag = '' }: Record<string, string>) => {
    const params = { resourceType: `${kind.entity}VO` as const, resourceUuid: uuid, tag };
    return call(`Create${type as 'User' | 'System'}Tag`, { body: { params } });
  };
  return (
    <>
      <Table<{ uuid: string }>
        caption={t('tags')}
        columns={[
          fieldColumn(['tag', {}]),
          fieldColumn(['type', {}]),
          commands('delete', (tag) => call('DeleteTag', { path: { uuid: tag.uuid } })),
        ]}
        rows={data}
        keyOf={(tag) => tag.uuid}
      />
      <Form button={t('add')} send={add}>
        <Input label="tag" name="tag" isRequired />
        <Choice label="type" name="type" options={TAG_TYPES} />
      </Form>
    </>
  );
}
