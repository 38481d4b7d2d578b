import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { answerOf, api, type Failure, type Schemas } from '../api/client.ts';
import { FailureBox } from '../components/failure-box.tsx';
import { Field } from '../components/field.tsx';
import { Table } from '../components/table.tsx';
import { t } from '../texts/text.ts';
import type { Kind } from './kinds.ts';

const SHOWN_MAX = 100;

/** The user tags and system tags of a resource, with what adds and deletes them. */
export function Tags({ kind, uuid }: { kind: Kind; uuid: string }) {
  const [failure, setFailure] = useState<Failure>();
  const tags = useAnswer(uuid, async (signal) => {
    const params = { query: { q: [`resourceUuid=${uuid}`], limit: SHOWN_MAX } };
    const answers = await Promise.all([
      answerOf(api.GET('/v1/user-tags', { params, signal })),
      answerOf(api.GET('/v1/system-tags', { params, signal })),
    ]);
    return answers.flatMap(({ inventories = [] }) => inventories);
  });
  const change = async (call: Promise<unknown>) => {
    await call.then(() => setFailure(undefined), setFailure);
    tags.reload();
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    const resourceType = `${kind.entity}VO` as Schemas['TaggedResourceType'];
    const tag = String(values.get('tag'));
    const body = { params: { resourceType, resourceUuid: uuid, tag } };
    const isUserTag = values.get('type') === 'User';
    form.reset();
    void change(answerOf(api.POST(isUserTag ? '/v1/user-tags' : '/v1/system-tags', { body })));
  };
  return (
    <>
      {failure && <FailureBox failure={failure} />}
      <Table
        caption={t('tags')}
        columns={[
          { name: 'tag', title: 'tag', cell: ({ tag }) => tag },
          { name: 'type', title: 'type', cell: ({ type }) => type },
          {
            name: 'delete',
            title: t('delete'),
            cell: (tag) => (
              <button
                type="button"
                onClick={() => {
                  const params = { path: { uuid: tag.uuid } };
                  void change(answerOf(api.DELETE('/v1/tags/{uuid}', { params })));
                }}
              >
                {t('delete')}
              </button>
            ),
          },
        ]}
        rows={tags.data ?? []}
        keyOf={(tag) => tag.uuid}
        empty={tags.isLoading ? t('loading') : t('none')}
      />
      <form class="line" onSubmit={add}>
        <Field label={t('newTag')}>
          {(attributes) => <input {...attributes} name="tag" required />}
        </Field>
        <Field label={t('type')}>
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
