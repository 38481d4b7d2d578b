import { useState } from 'preact/hooks';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Edge, type Graph, groupsOf, type Node } from './graph.ts';

/** Maximum number of rows in a column, so that no group is much higher than wide. */
const ROWS_MAX = 20;
/** Width of a node by that of its column; the rest is for lines. */
const NODE_WIDTH = 13 / 16;
/** Size of the picture's text by that of the page. */
const ZOOM = { min: 0.2, max: 3, step: 0.1 };
const ZOOM_START = 0.8;

/** To the right and down. */
const directions: Record<string, [right: number, down: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A node in words. */
export function nameOf({ kind, name, count }: Node): string {
  if (count === undefined) return `${t(kind)} ${name}`;
  return t(kind === 'model' ? 'modelNode' : 'serviceNode', { name, count });
}

/** A node, which leads to what it is bound to: a model is round, a service has corners. */
export function NodeLink({ node, ...attributes }: { node: Node; [name: string]: unknown }) {
  return (
    <a class={`node unstyled ${node.kind}`} href={linkTo('bindings', node.uuid)} {...attributes}>
      {node.name}
    </a>
  );
}

interface Props extends Pick<Graph, 'nodes' | 'edges'> {
  /** UUID of the chosen node; empty for none. */
  chosen: string;
}

/** The graph as a picture that can be moved and zoomed; the arrow keys lead from node to node. */
export function Picture({ nodes, edges, chosen }: Props) {
  const [zoom, setZoom] = useState(ZOOM_START);
  const turn = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const next = zoom - Math.sign(event.deltaY) * ZOOM.step;
    setZoom(Math.min(ZOOM.max, Math.max(ZOOM.min, next)));
  };
  const drag = ({ buttons, pointerType, movementX, movementY, currentTarget }: PointerEvent) => {
    if (buttons !== 1 || pointerType !== 'mouse') return;
    (currentTarget as Element).scrollBy(-movementX, -movementY);
  };
  const move = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    const links = (event.currentTarget as Element).querySelectorAll('a');
    nearest(event.target as Element, direction, [...links])?.focus();
  };
  return (
    <>
      <label class="hstack filters">
        {t('zoom')}
        <input
          type="range"
          {...ZOOM}
          value={zoom}
          onInput={({ currentTarget }) => setZoom(currentTarget.valueAsNumber)}
        />
      </label>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture is no fieldset */}
      <div
        class="card hstack picture"
        role="group"
        aria-label={t('bindings')}
        style={{ fontSize: `${zoom}em` }}
        onWheel={turn}
        onPointerMove={drag}
        onKeyDown={move}
      >
        {groupsOf(nodes).map((group) => (
          <Group key={group[0]?.uuid} nodes={group} edges={edges} chosen={chosen} />
        ))}
      </div>
    </>
  );
}

/** Connected nodes, models on the left and services on the right, and the lines between them. */
function Group({ nodes, edges, chosen }: Props) {
  const { places, width, height } = placesOf(nodes);
  const line = ({ model, service }: Edge) => {
    const [left, y1] = places.get(model) ?? [0, 0];
    const [x2, y2] = places.get(service) ?? [0, 0];
    const x1 = left + NODE_WIDTH;
    const middle = (x1 + x2) / 2;
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  };
  return (
    <div class="group">
      <svg aria-hidden="true" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
        {edges
          .filter(({ model }) => places.has(model))
          .map((edge) => (
            <path
              key={edge.uuid}
              class={edge.isDefault ? 'edge default' : 'edge'}
              data-near={[edge.modelUuid, edge.modelServiceUuid].includes(chosen)}
              d={line(edge)}
            />
          ))}
      </svg>
      {[...places].map(([node, [column, row]]) => (
        <NodeLink
          key={node.uuid}
          node={node}
          style={{ gridArea: `${row} / ${column + 1} / span 2` }}
          draggable={false}
          data-near={node.uuid === chosen || node.bound.some(({ uuid }) => uuid === chosen)}
          aria-label={nameOf(node)}
          aria-current={node.uuid === chosen || undefined}
        />
      ))}
    </div>
  );
}

/** For each node its column, models first, and the first of its two rows, so that both sides have the same middle. */
function placesOf(nodes: Node[]) {
  const sides = ['model', 'service'].map((side) => nodes.filter(({ kind }) => kind === side));
  const height = Math.min(ROWS_MAX, Math.max(...sides.map(({ length }) => length)));
  const places = new Map<Node, [column: number, row: number]>();
  let column = 0;
  for (const side of sides) {
    const rows = Math.min(side.length, ROWS_MAX);
    for (const [index, node] of side.entries()) {
      places.set(node, [column + Math.floor(index / rows), 2 * (index % rows) + 1 + height - rows]);
    }
    column += Math.ceil(side.length / ROWS_MAX);
  }
  return { places, width: column, height: 2 * height };
}

/** The nearest of these in a direction; what is aside counts twice. */
function nearest(from: Element, [right, down]: [number, number], others: HTMLElement[]) {
  const start = from.getBoundingClientRect();
  const found = others.flatMap((other) => {
    const { x, y } = other.getBoundingClientRect();
    const ahead = (x - start.x) * right + (y - start.y) * down;
    const aside = Math.abs((x - start.x) * down) + Math.abs((y - start.y) * right);
    return ahead > 0 ? [{ other, distance: ahead + 2 * aside }] : [];
  });
  return found.sort((a, b) => a.distance - b.distance)[0]?.other;
}
