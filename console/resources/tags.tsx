import { useAction, useAnswer } from '../api/answer.ts';
import { answerOf, api, type Schemas } from '../api/client.ts';
import { FailureBox } from '../components/failure-box.tsx';
import { Field } from '../components/field.tsx';
import { Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import type { Kind } from './kinds.ts';

type Tag = Schemas['UserTagInventory'] | Schemas['SystemTagInventory'];

const SHOWN_MAX = 100;

/** The user tags and system tags of a resource, with what adds and deletes them. */
export function Tags({ kind, uuid }: { kind: Kind; uuid: string }) {
  const { failure, run } = useAction();
  const tags = useAnswer(uuid, async (signal) => {
    const params = { query: { q: [`resourceUuid=${uuid}`], limit: SHOWN_MAX } };
    const answers = await Promise.all([
      answerOf(api.GET('/v1/user-tags', { params, signal })),
      answerOf(api.GET('/v1/system-tags', { params, signal })),
    ]);
    return answers.flatMap(({ inventories = [] }): Tag[] => inventories);
  });
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    const resourceType = `${kind.entity}VO` as Schemas['TaggedResourceType'];
    const params = { resourceType, resourceUuid: uuid, tag: String(values.get('tag')) };
    const path = values.get('type') === 'User' ? '/v1/user-tags' : '/v1/system-tags';
    void run(answerOf(api.POST(path, { body: { params } })), () => form.reset());
  };
  const removal = (tag: Tag) => {
    const params = { path: { uuid: tag.uuid } };
    const remove = () => void run(answerOf(api.DELETE('/v1/tags/{uuid}', { params })));
    return (
      <button type="button" onClick={remove}>
        {t('delete')}
      </button>
    );
  };
  return (
    <>
      {failure && <FailureBox failure={failure} />}
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
      <form class="line" onSubmit={add}>
        <Field label="tag">{(attributes) => <input {...attributes} name="tag" required />}</Field>
        <Field label="type">
          {(attributes) => (
            <select {...attributes} name="type">
              <option>User</option>
              <option>System</option>
            </select>
          )}
        </Field>
        <button type="submit">{t('add')}</button>
      </form>
    </>
  );
}
