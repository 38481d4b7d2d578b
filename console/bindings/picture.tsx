import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import { type Edge, type Graph, type Node, neighbours } from './graph.ts';
import { groupsOf } from './groups.ts';

/** Maximum number of rows in a column, so that no group is much higher than wide. */
const ROWS_MAX = 20;
/** Size of the picture's text by that of the page. */
const ZOOM = { min: 0.2, start: 0.8, max: 3, step: 0.1 };

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
    <a class={`node ${node.kind}`} href={linkTo('bindings', node.uuid)} {...attributes}>
      {node.name}
    </a>
  );
}

interface Props {
  graph: Pick<Graph, 'nodes' | 'edges'>;
  /** UUID of the chosen node; empty for none. */
  chosen: string;
}

/** The graph as a picture that can be moved and zoomed; the arrow keys lead from node to node. */
export function Picture({ graph: { nodes, edges }, chosen }: Props) {
  const near = useMemo(() => neighbours(edges), [edges]);
  const groups = useMemo(() => groupsOf(nodes, near), [nodes, near]);
  const [zoom, setZoom] = useState(ZOOM.start);
  const canvas = useLines(edges);
  const isNear = (uuid: string) => uuid === chosen || near.get(chosen)?.has(uuid) || false;

  const turn = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const next = event.deltaY > 0 ? zoom - ZOOM.step : zoom + ZOOM.step;
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
    const links = canvas.current?.querySelectorAll('a') ?? [];
    nearest(event.target as Element, direction, [...links])?.focus();
  };
  const column = (group: Node[], shown: Node['kind']) => {
    const side = group.filter(({ kind }) => kind === shown);
    const rows = Math.min(side.length, ROWS_MAX);
    return (
      rows > 0 && (
        <div style={{ gridTemplateRows: `repeat(${rows}, auto)` }}>
          {side.map((node) => (
            <NodeLink
              key={node.uuid}
              node={node}
              id={`node-${node.uuid}`}
              draggable={false}
              data-near={isNear(node.uuid)}
              aria-label={nameOf(node)}
              aria-current={node.uuid === chosen || undefined}
            />
          ))}
        </div>
      )
    );
  };
  return (
    <div class="picture">
      <input
        type="range"
        aria-label={t('zoom')}
        title={t('zoom')}
        min={ZOOM.min}
        max={ZOOM.max}
        step={ZOOM.step}
        value={zoom}
        onInput={({ currentTarget }) => setZoom(currentTarget.valueAsNumber)}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a picture is no fieldset */}
      <div
        class="frame"
        role="group"
        aria-label={t('bindings')}
        onWheel={turn}
        onPointerMove={drag}
        onKeyDown={move}
      >
        <div class="canvas" ref={canvas} style={{ fontSize: `${zoom}em` }}>
          <svg aria-hidden="true">
            {edges.map(({ uuid, modelUuid, modelServiceUuid, isDefault }) => (
              <path
                key={uuid}
                class={isDefault ? 'edge default' : 'edge'}
                data-near={[modelUuid, modelServiceUuid].includes(chosen)}
              />
            ))}
          </svg>
          {groups.map((group) => (
            <div key={group[0]?.uuid} class="group">
              {column(group, 'model')}
              {column(group, 'service')}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** Draws the lines of edges between their nodes, again whenever the size of the canvas changes. */
function useLines(edges: readonly Edge[]) {
  const canvas = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      for (const [index, path] of current.querySelectorAll('path').entries()) {
        path.setAttribute('d', lineOf(edges[index] as Edge));
      }
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [edges]);
  return canvas;
}

function lineOf({ modelUuid, modelServiceUuid }: Edge): string {
  const from = document.getElementById(`node-${modelUuid}`);
  const to = document.getElementById(`node-${modelServiceUuid}`);
  if (!from || !to) return '';
  const [x1, y1] = [from.offsetLeft + from.offsetWidth, from.offsetTop + from.offsetHeight / 2];
  const [x2, y2] = [to.offsetLeft, to.offsetTop + to.offsetHeight / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
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
