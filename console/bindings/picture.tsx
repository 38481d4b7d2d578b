import { useMemo, useState } from 'preact/hooks';
import { t } from '../texts/text.ts';
import { type Graph, neighbours } from './graph.ts';
import { type Layout, layOut } from './layout.ts';
import { Box, Line } from './nodes.tsx';

/** The part of the picture that is shown, in the picture's own units. */
interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}

const MARGIN = 16;
/** Least size of the whole, so that few nodes are not shown huge, and its greatest height by its width. */
const LEAST = { width: Math.min(innerWidth, 1000), height: 400 };
const SHAPE_MAX = 1.5;
const ZOOM_STEP = 1.3;

function whole(layout: Layout): View {
  const width = Math.max(layout.width + 2 * MARGIN, LEAST.width);
  const height = Math.max(layout.height + 2 * MARGIN, LEAST.height);
  const shown = Math.min(height, width * SHAPE_MAX);
  return { x: (layout.width - width) / 2, y: (layout.height - height) / 2, width, height: shown };
}

/** @param at the point that stays where it is, in shares of width and height */
function zoomed({ x, y, width, height }: View, factor: number, at = { x: 0.5, y: 0.5 }): View {
  return {
    x: x + width * (1 - factor) * at.x,
    y: y + height * (1 - factor) * at.y,
    width: width * factor,
    height: height * factor,
  };
}

interface Props {
  graph: Pick<Graph, 'nodes' | 'edges'>;
  /** UUID of the chosen node; empty for none. */
  chosen: string;
}

/** The graph as a picture that can be moved and zoomed. */
export function Picture({ graph, chosen }: Props) {
  const layout = useMemo(() => layOut(graph.nodes, graph.edges), [graph]);
  const near = useMemo(() => neighbours(graph.edges), [graph]);
  const [changed, setChanged] = useState({ layout, view: whole(layout) });
  // Another graph is shown whole at first.
  const view = changed.layout === layout ? changed.view : whole(layout);
  const show = (next: View) => setChanged({ layout, view: next });
  const isFar = (...uuids: string[]) =>
    layout.places.has(chosen) && !uuids.includes(chosen) && !near.get(chosen)?.has(uuids[0] ?? '');
  const drag = ({ buttons, movementX, movementY, currentTarget }: PointerEvent) => {
    if (buttons !== 1) return;
    const { width, height } = (currentTarget as Element).getBoundingClientRect();
    const scale = Math.max(view.width / width, view.height / height);
    show({ ...view, x: view.x - movementX * scale, y: view.y - movementY * scale });
  };
  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    const at = { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
    show(zoomed(view, event.deltaY > 0 ? ZOOM_STEP : 1 / ZOOM_STEP, at));
  };
  const buttons: [text: string, label: string, next: View][] = [
    ['+', t('zoomIn'), zoomed(view, 1 / ZOOM_STEP)],
    ['−', t('zoomOut'), zoomed(view, ZOOM_STEP)],
    ['□', t('showAll'), whole(layout)],
  ];
  return (
    <div class="picture">
      <div class="zoom">
        {buttons.map(([text, label, next]) => (
          <button key={text} type="button" aria-label={label} onClick={() => show(next)}>
            {text}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture is no fieldset */}
      <svg
        role="group"
        aria-label={t('bindings')}
        viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
        onPointerMove={drag}
        onWheel={turn}
      >
        {graph.edges.map((edge) => (
          <Line
            key={`${edge.model} ${edge.service}`}
            edge={edge}
            places={layout.places}
            isDim={isFar(edge.model, edge.service) || isFar(edge.service, edge.model)}
          />
        ))}
        {[...layout.places.values()].map((place) => (
          <Box
            key={place.uuid}
            place={place}
            isChosen={place.uuid === chosen}
            isDim={isFar(place.uuid)}
            count={near.get(place.uuid)?.size ?? 0}
          />
        ))}
      </svg>
    </div>
  );
}
