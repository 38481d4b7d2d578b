import { linkTo } from '../router.ts';
import { t } from '../texts/text.ts';
import type { Edge, Node } from './graph.ts';
import { NODE, type Place } from './layout.ts';

/** Longest name that is shown whole, in half-width characters; those of Chinese take two. */
const NAME_MAX = 29;

interface LineProps {
  edge: Edge;
  places: ReadonlyMap<string, Place>;
  isDim: boolean;
}

/** A binding: a thick line to the default service of a model. */
export function Line({ edge: { model, service, isDefault }, places, isDim }: LineProps) {
  const [from, to] = [places.get(model), places.get(service)];
  if (!from || !to) return null;
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const middle = (x1 + x2) / 2;
  const path = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  return <path class={`edge ${isDefault && 'default'} ${isDim && 'dim'}`} d={path} />;
}

/** A node in words. */
export function nameOf({ kind, name }: Node, count: number): string {
  return t(kind === 'model' ? 'modelNode' : 'serviceNode', { name, count });
}

interface BoxProps {
  place: Place;
  isChosen: boolean;
  isDim: boolean;
  /** Number of nodes that it is bound to. */
  count: number;
}

/** A node: a model is round, a service has corners. */
export function Box({ place, isChosen, isDim, count }: BoxProps) {
  const { uuid, name, kind, x, y } = place;
  const { width, height } = NODE;
  const shown = shortened(name);
  const label = nameOf(place, count);
  return (
    <a
      href={linkTo('bindings', uuid)}
      class={`node ${kind} ${isDim && 'dim'}`}
      // The name of a link has what can be seen of it.
      aria-label={shown === name ? label : `${shown} ${label}`}
      aria-current={isChosen || undefined}
    >
      <title>{label}</title>
      <rect x={x} y={y} width={width} height={height} rx={kind === 'model' ? height / 2 : 2} />
      <text x={x + width / 2} y={y + height / 2}>
        {shown}
      </text>
    </a>
  );
}

/** Leads to a node's neighbours. */
export function NodeLink({ uuid, name, kind }: Node) {
  return (
    <a class={`node-link ${kind}`} href={linkTo('bindings', uuid)}>
      {name}
    </a>
  );
}

function shortened(name: string): string {
  let width = 0;
  const isShown = (character: string) => {
    width += character > '\u2e80' ? 2 : 1;
    return width <= NAME_MAX;
  };
  const shown = [...name].filter(isShown).join('');
  return shown === name ? name : `${shown}…`;
}
