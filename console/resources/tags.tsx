import { useAnswer } from '../api/answer.ts';
import { answerOf, api, type Schemas } from '../api/client.ts';
import { Command, Form } from '../components/command.tsx';
import { Choice, Input } from '../components/field.tsx';
import { Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import type { Kind } from './kinds.ts';

type Tag = Schemas['UserTagInventory'] | Schemas['SystemTagInventory'];

const SHOWN_MAX = 100;

/** The user tags and system tags of a resource, with what adds and deletes them. */
export function Tags({ kind, uuid }: { kind: Kind; uuid: string }) {
  const tags = useAnswer(uuid, async (signal) => {
    const params = { query: { q: [`resourceUuid=${uuid}`], limit: SHOWN_MAX } };
    const answers = await Promise.all([
      answerOf(api.GET('/v1/user-tags', { params, signal })),
      answerOf(api.GET('/v1/system-tags', { params, signal })),
    ]);
    return answers.flatMap(({ inventories = [] }): Tag[] => inventories);
  });
  const add = ({ type, tag = '' }: Record<string, string>) => {
    const resourceType = `${kind.entity}VO` as Schemas['TaggedResourceType'];
    const params = { resourceType, resourceUuid: uuid, tag };
    const path = type === 'User' ? '/v1/user-tags' : '/v1/system-tags';
    return answerOf(api.POST(path, { body: { params } }));
  };
  const removal = (tag: Tag) => {
    const params = { path: { uuid: tag.uuid } };
    const remove = () => answerOf(api.DELETE('/v1/tags/{uuid}', { params }));
    return <Command send={remove}>{t('delete')}</Command>;
  };
  return (
    <>
      <Table<Tag>
        caption={t('tags')}
        columns={[
          { name: 'tag', title: 'tag', cell: ({ tag }) => tag },
          { name: 'type', title: 'type', cell: ({ type }) => type },
          { name: 'delete', title: t('delete'), cell: removal },
        ]}
        rows={tags.data ?? []}
        keyOf={(tag) => tag.uuid}
        empty={t(tags.isLoading ? 'loading' : 'none')}
      />
      <Form button={t('add')} send={add}>
        <Input label="tag" name="tag" isRequired />
        <Choice label="type" name="type" options={['User', 'System'].map((type) => [type, type])} />
      </Form>
    </>
  );
}
