import { useAnswer } from '../api/answer.ts';
import { call, type Schemas } from '../api/client.ts';
import { Command, Form } from '../components/command.tsx';
import { Choice, Input } from '../components/field.tsx';
import { Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import type { Kind } from './kinds.ts';

type Tag = Schemas['UserTagInventory'] | Schemas['SystemTagInventory'];

const SHOWN_MAX = 100;
const TYPES = ['User', 'System'] as const;

/** The user tags and system tags of a resource, with what adds and deletes them. */
export function Tags({ kind, uuid }: { kind: Kind; uuid: string }) {
  const { data } = useAnswer(uuid, async (signal) => {
    const query = { q: [`resourceUuid=${uuid}`], limit: SHOWN_MAX };
    const answers = TYPES.map((type) => call(`Query${type}Tag`, { query, signal }));
    return (await Promise.all(answers)).flatMap(({ inventories = [] }): Tag[] => inventories);
  });
  const add = ({ type, tag = '' }: Record<string, string>) => {
    const params = { resourceType: `${kind.entity}VO` as const, resourceUuid: uuid, tag };
    return call(`Create${type as 'User' | 'System'}Tag`, { body: { params } });
  };
  const remove = (tag: Tag) => call('DeleteTag', { path: { uuid: tag.uuid } });
  return (
    <>
      <Table<Tag>
        caption={t('tags')}
        columns={[
          { name: 'tag', title: 'tag', cell: ({ tag }) => tag },
          { name: 'type', title: 'type', cell: ({ type }) => type },
          {
            name: 'delete',
            title: t('delete'),
            cell: (tag) => <Command send={() => remove(tag)}>{t('delete')}</Command>,
          },
        ]}
        rows={data}
        keyOf={(tag) => tag.uuid}
      />
      <Form button={t('add')} send={add}>
        <Input label="tag" name="tag" isRequired />
        <Choice label="type" name="type" options={TYPES.map((type) => [type, type])} />
      </Form>
    </>
  );
}
