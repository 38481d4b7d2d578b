import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { Button } from '../components/button.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, Table } from '../components/table.tsx';
import { Tabs } from '../components/tabs.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Edge, type Graph, loadGraph, type Node } from './graph.ts';
import { NodeLink, nameOf, Picture } from './picture.tsx';

/** Which models are bound to which services. */
export function BindingsPage() {
  const { item, parameters } = route.value;
  const text = parameters.get('text') ?? '';
  const isBoundOnly = parameters.has('bound');
  const [isWhole, setWhole] = useState(true);
  // The whole graph stays when another node is chosen.
  const answer = useAnswer(isWhole ? '' : `${item} ${text}`, async (abort) => {
    const graph = await loadGraph(item, text, abort);
    setWhole(graph.isWhole);
    return graph;
  });
  const { data } = answer;
  const shown = data && filtered(data, text, isBoundOnly);
  const chosen = data?.nodes.find(({ uuid }) => uuid === item);
  return (
    <PageFrame title={t('bindings')} answer={answer}>
      <search class="hstack filters">
        <input
          type="search"
          aria-label={t('contains')}
          placeholder={t('contains')}
          value={text}
          onInput={({ currentTarget }) => setParameters({ text: currentTarget.value || undefined })}
        />
        <Button
          aria-pressed={isBoundOnly}
          onClick={() => setParameters({ bound: isBoundOnly ? undefined : '1' })}
        >
          {t('boundOnly')}
        </Button>
        <span class="spacer" />
        <span class="node model">{t('model')}</span>
        <span class="node service">{t('service')}</span>
        <span>━ {t('defaultService')}</span>
      </search>
      {data && !data.isWhole && (text !== '' || item === '') && (
        <p role="status">{t('chooseNode', { total: data.total })}</p>
      )}
      {data && chosen && (
        <p role="status">
          {nameOf(chosen)} {data.omitted > 0 && t('omitted', { count: data.omitted })}{' '}
          <a href={linkTo(`${chosen.kind}s`, item)}>{t('allFields')}</a>{' '}
          <a href={linkTo('bindings')}>{t('chooseNone')}</a>
        </p>
      )}
      {shown?.nodes.length === 0 && <p class="hint">{t('none')}</p>}
      {shown && shown.nodes.length > 0 && (
        <Tabs
          label={t('bindings')}
          tabs={{
            [t('picture')]: <Picture {...shown} chosen={item} />,
            [t('table')]: <BindingsTable edges={shown.edges} />,
          }}
        />
      )}
    </PageFrame>
  );
}

/** The nodes whose names contain the text, with what these are bound to; the server has searched a part of the whole. */
function filtered({ nodes, edges, isWhole }: Graph, text: string, isBoundOnly: boolean) {
  const isFound = ({ name }: Node) => !isWhole || name.toLowerCase().includes(text.toLowerCase());
  const isShown = (node: Node) =>
    (isFound(node) || node.bound.some(isFound)) && (node.bound.length > 0 || !isBoundOnly);
  return {
    nodes: nodes.filter(isShown),
    edges: edges.filter(({ model, service }) => isShown(model) && isShown(service)),
  };
}

function BindingsTable({ edges }: { edges: Edge[] }) {
  return (
    <Table<Edge>
      caption={t('bindings')}
      columns={[
        column('model', ({ model }) => <NodeLink node={model} />),
        column('service', ({ service }) => <NodeLink node={service} />),
        column('defaultService', ({ isDefault }) => isDefault && '✓'),
      ]}
      rows={edges}
      keyOf={({ uuid }) => uuid}
    />
  );
}
