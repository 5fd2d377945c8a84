import { type LayeredLayout, type LayoutPoint, layeredLayout } from './layered-layout.ts';
import type { BoxGraph, GraphBox } from './model-graph.ts';

/** Where the inputs stand: at the top, left, bottom or right. */
export type RankDirection = 'TB' | 'LR' | 'BT' | 'RL';

const CHARACTER = 7.3;
const ROW = 24;
const PADDING = 8;
const MARGIN = 16;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A drawing of boxes and the space that it takes. */
interface Drawing extends Size {
  readonly body: string;
}

/** Draws boxes and the edges between them as an SVG image; `scale` enlarges it. */
export function drawGraph(graph: BoxGraph, rankdir: RankDirection, scale = 1): string {
  const { width, height, body } = draw(graph, rankdir);
  const [w, h] = [width + 2 * MARGIN, height + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(w * scale)}" height="${round(h * scale)}" viewBox="0 0 ${round(w)} ${round(h)}">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
<rect width="100%" height="100%" fill="white"/>
<g transform="translate(${MARGIN} ${MARGIN})" font-family="monospace" font-size="12" stroke-width="1">
${body}</g>
</svg>
`;
}

function draw(graph: BoxGraph, rankdir: RankDirection): Drawing {
  const inner = graph.boxes.map((box) => (box.inner === null ? null : draw(box.inner, rankdir)));
  const sizes = graph.boxes.map((box, k) => sizeOf(box, inner[k] ?? null));
  const sideways = rankdir === 'LR' || rankdir === 'RL';
  const items = sizes.map(({ width, height }) =>
    sideways ? { along: width, across: height } : { along: height, across: width },
  );
  const layout = layeredLayout(items, graph.edges);
  const place = placing(layout, rankdir);
  const edges = layout.edges.map((points) => edge(points.map(place)));
  const boxes = graph.boxes.map((box, k) => {
    const centre = place(layout.centres[k] ?? { along: 0, across: 0 });
    return drawBox(box, sizes[k] ?? { width: 0, height: 0 }, centre, inner[k] ?? null);
  });
  const [width, height] = sideways ? [layout.along, layout.across] : [layout.across, layout.along];
  return { width, height, body: [...edges, ...boxes].join('') };
}

type Point = readonly [x: number, y: number];

function placing(
  { along: length }: LayeredLayout,
  rankdir: RankDirection,
): (point: LayoutPoint) => Point {
  switch (rankdir) {
    case 'TB':
      return ({ along, across }) => [across, along];
    case 'BT':
      return ({ along, across }) => [across, length - along];
    case 'LR':
      return ({ along, across }) => [along, across];
    case 'RL':
      return ({ along, across }) => [length - along, across];
  }
}

const textWidth = (text: string): number => text.length * CHARACTER + 2 * PADDING;

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(...rows.map(({ length }) => length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => textWidth(row[column] ?? ''))),
  );
}

/** Rows with as many cells share their columns. */
function rowWidth(row: readonly string[], rows: readonly (readonly string[])[]): number {
  const alike = rows.filter(({ length }) => length === row.length);
  return columnWidths(alike).reduce((sum, width) => sum + width, 0);
}

function sizeOf({ rows }: GraphBox, inner: Drawing | null): Size {
  const width = Math.max(...rows.map((row) => rowWidth(row, rows)));
  const height = rows.length * ROW;
  if (inner === null) return { width, height };
  return {
    width: Math.max(width, inner.width + 2 * MARGIN),
    height: height + inner.height + 2 * MARGIN,
  };
}

function drawBox(
  { rows }: GraphBox,
  { width, height }: Size,
  [x, y]: Point,
  inner: Drawing | null,
): string {
  const [left, top] = [x - width / 2, y - height / 2];
  const lines = rows.map((row, k) => drawRow(row, rows, width, k * ROW));
  const fill = inner === null ? 'white' : '#f4f4f4';
  const rest =
    inner === null
      ? ''
      : `<g transform="translate(${round((width - inner.width) / 2)} ${round(rows.length * ROW + MARGIN)})">\n${inner.body}</g>\n`;
  return `<g transform="translate(${round(left)} ${round(top)})"><rect width="${round(width)}" height="${round(height)}" fill="${fill}" stroke="black"/>\n${lines.join('')}${rest}</g>\n`;
}

function drawRow(
  row: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  top: number,
): string {
  const columns = columnWidths(rows.filter(({ length }) => length === row.length));
  const spare = (width - columns.reduce((sum, size) => sum + size, 0)) / columns.length;
  let left = 0;
  const cells = row.map((text, column) => {
    const size = (columns[column] ?? 0) + spare;
    const cell = `<rect x="${round(left)}" y="${top}" width="${round(size)}" height="${ROW}" fill="none" stroke="black"/><text x="${round(left + size / 2)}" y="${top + 16}" text-anchor="middle">${escaped(text)}</text>\n`;
    left += size;
    return cell;
  });
  return cells.join('');
}

function edge(points: readonly Point[]): string {
  const path = points.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return `<path d="${path}" fill="none" stroke="black" stroke-linejoin="round" marker-end="url(#arrow)"/>\n`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES.get(character) ?? character);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
