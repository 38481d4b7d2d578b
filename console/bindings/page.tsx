import { useMemo, useState } from 'preact/hooks';
import { useAnswer } from '../api/answer.ts';
import { Button } from '../components/button.tsx';
import { FailureBox } from '../components/notices.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { column, Table } from '../components/table.tsx';
import { Tabs } from '../components/tabs.tsx';
import { linkTo, route, setParameters } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Edge, findByName, type Graph, loadGraph, neighbours } from './graph.ts';
import { NodeLink, nameOf } from './nodes.tsx';
import { Picture } from './picture.tsx';

/** Which models are bound to which services. */
export function BindingsPage() {
  const { item, parameters } = route.value;
  const text = parameters.get('text') ?? '';
  const isBoundOnly = parameters.has('bound');
  const [isWhole, setWhole] = useState(true);
  // The whole graph stays when another node is chosen.
  const key = isWhole ? 'graph' : `graph ${item}`;
  const answer = useAnswer(key, async (abort) => {
    const graph = await loadGraph(item, abort);
    setWhole(graph.isWhole);
    return graph;
  });
  const { data } = answer;
  const shown = useMemo(() => data && filtered(data, text, isBoundOnly), [data, text, isBoundOnly]);
  const isSearched = data && !data.isWhole && (text !== '' || item === '');
  return (
    <PageFrame title={t('bindings')} answer={answer}>
      <search class="filters">
        <input
          type="search"
          aria-label={t('nameContains')}
          placeholder={t('nameContains')}
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
        <span class="node-link model">{t('model')}</span>
        <span class="node-link service">{t('service')}</span>
        <span class="default-link">{t('defaultService')}</span>
      </search>
      {isSearched && <Search text={text} total={data.total} />}
      {data && <Chosen graph={data} uuid={item} />}
      {shown && shown.nodes.length > 0 && (
        <Tabs
          label={t('bindings')}
          tabs={[
            { title: t('picture'), content: () => <Picture graph={shown} chosen={item} /> },
            { title: t('table'), content: () => <BindingsTable graph={shown} /> },
          ]}
        />
      )}
      {shown?.isWhole && shown.nodes.length === 0 && <p class="muted">{t('none')}</p>}
    </PageFrame>
  );
}

/** The nodes whose names contain the text, with what these are bound to. A neighbourhood is not filtered by it. */
function filtered(graph: Graph, text: string, isBoundOnly: boolean): Graph {
  const near = neighbours(graph.edges);
  const found = new Set<string>();
  for (const { uuid, name } of graph.nodes) {
    if (graph.isWhole && !name.toLowerCase().includes(text.toLowerCase())) continue;
    for (const each of [uuid, ...(near.get(uuid) ?? [])]) found.add(each);
  }
  const isShown = (uuid: string) => found.has(uuid) && (!isBoundOnly || near.has(uuid));
  return {
    ...graph,
    nodes: graph.nodes.filter(({ uuid }) => isShown(uuid)),
    edges: graph.edges.filter(({ model, service }) => isShown(model) && isShown(service)),
  };
}

/** Finds the node whose neighbours to show, where there are too many nodes for one picture. */
function Search({ text, total }: { text: string; total: number }) {
  const { data, failure } = useAnswer(`find ${text}`, (abort) => findByName(text, abort));
  if (failure) return <FailureBox failure={failure} />;
  return (
    <section>
      <p class="muted" role="status">
        {t('chooseNode', { total })}
      </p>
      <p class="found">
        {data?.map((node) => (
          <NodeLink key={node.uuid} {...node} />
        ))}
      </p>
    </section>
  );
}

/** What is chosen, and the way to its own page. */
function Chosen({ graph: { nodes, edges, omitted }, uuid }: { graph: Graph; uuid: string }) {
  const node = nodes.find((each) => each.uuid === uuid);
  if (!node) return null;
  const count = (neighbours(edges).get(uuid)?.size ?? 0) + omitted;
  return (
    <p role="status">
      {nameOf(node, count)} {omitted > 0 && t('omitted', { count: omitted })}{' '}
      <a href={linkTo(node.kind === 'model' ? 'models' : 'services', uuid)}>{t('allFields')}</a>{' '}
      <a href={linkTo('bindings')}>{t('chooseNone')}</a>
    </p>
  );
}

function BindingsTable({ graph: { nodes, edges } }: { graph: Graph }) {
  const byUuid = new Map(nodes.map((node) => [node.uuid, node]));
  const link = (uuid: string) => {
    const node = byUuid.get(uuid);
    return node && <NodeLink {...node} />;
  };
  return (
    <Table<Edge>
      caption={t('bindings')}
      columns={[
        column('model', ({ model }) => link(model)),
        column('service', ({ service }) => link(service)),
        column('defaultService', ({ isDefault }) => isDefault && '✓'),
      ]}
      rows={edges}
      keyOf={({ model, service }) => `${model} ${service}`}
    />
  );
}
