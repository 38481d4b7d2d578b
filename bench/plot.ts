import type { Results } from './results.ts';
import { formatBound, formatFigure, type Row } from './speed-table.ts';

const WIDTH = 840;
const LABELS = 380;
const BAR = { left: LABELS + 16, width: 290, height: 12 };
const TOP = 44;
const ROW_HEIGHT = 36;
/** A bar ends at so many times the farther of its bounds, however far the figure goes. */
const AXIS = 1.5;

/** Of a lightness that both white and black carry. */
const INK = '#7a7f87';
const COLORS = { goal: '#2c974b', floor: '#b07d10', none: '#d0433b' };
const MEANINGS = { goal: 'goal met', floor: 'floor met', none: 'floor missed' };

const escaped = (text: string) =>
  text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A drawing of the rows: each with a bar of what was measured, and marks for floor and goal. */
export function plotOf({ rows, machine, tool, date }: Results): string {
  const height = TOP + rows.length * ROW_HEIGHT + 30;
  const caption = `${machine.cores} × ${machine.processor}, Node.js ${machine.node}, SQLite ${machine.sqlite}, ${tool}, ${date.slice(0, 10)}`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="What was measured, against floor and goal" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">`,
    ...legend(),
    ...rows.flatMap((row, index) => drawingOf(row, TOP + index * ROW_HEIGHT)),
    `<text x="0" y="${height - 6}" font-size="11">${escaped(caption)}</text>`,
    '</svg>',
  ].join('\n')}\n`;
}

function legend(): string[] {
  const bars = (Object.keys(COLORS) as Row['met'][]).map((met, index) => {
    const x = index * 110;
    return `<rect x="${x}" y="8" width="12" height="12" rx="2" fill="${COLORS[met]}"/><text x="${x + 18}" y="18">${MEANINGS[met]}</text>`;
  });
  return [
    ...bars,
    `<path d="M${BAR.left} 6v16" stroke="${INK}" stroke-width="2" stroke-dasharray="3 2"/><text x="${BAR.left + 8}" y="18">floor</text>`,
    `<path d="M${BAR.left + 70} 6v16" stroke="${INK}" stroke-width="2"/><text x="${BAR.left + 78}" y="18">goal</text>`,
  ];
}

function drawingOf(row: Row, y: number): string[] {
  const most = Math.max(row.floor, row.goal) * AXIS;
  const x = (figure: number) => BAR.left + (Math.min(figure, most) / most) * BAR.width;
  const mark = (figure: number, dashes: string) =>
    `<path d="M${x(figure).toFixed(1)} ${y - 3}v${BAR.height + 6}" stroke="${INK}" stroke-width="2"${dashes}/>`;
  const length = Math.max(x(row.measured) - BAR.left, 1);
  // A bar that would go on beyond its end has a tip.
  const tip =
    row.measured > most
      ? `<path d="M${BAR.left + BAR.width} ${y}l8 ${BAR.height / 2}l-8 ${BAR.height / 2}z" fill="${COLORS[row.met]}"/>`
      : '';
  const bounds = `floor ${formatBound(row.floor, row)}, goal ${formatBound(row.goal, row)}`;
  return [
    `<text x="${LABELS}" y="${y + 5}" text-anchor="end">${escaped(row.name)}</text>`,
    `<text x="${LABELS}" y="${y + 19}" text-anchor="end" font-size="10">${bounds}</text>`,
    `<rect x="${BAR.left}" y="${y}" width="${length.toFixed(1)}" height="${BAR.height}" fill="${COLORS[row.met]}"/>${tip}`,
    mark(row.floor, ' stroke-dasharray="3 2"'),
    mark(row.goal, ''),
    `<text x="${BAR.left + BAR.width + 20}" y="${y + 11}" font-weight="bold">${formatFigure(row.measured, row.unit)}</text>`,
  ];
}
