/** Something to place: its sizes along the flow and across it. */
export interface LayoutItem {
  readonly along: number;
  readonly across: number;
}

/** Centre of a placed item, along the flow and across it. */
export interface LayoutPoint {
  readonly along: number;
  readonly across: number;
}

/** Where everything lies; the first rank begins at 0, and so does what lies farthest to the side. */
export interface LayeredLayout {
  readonly along: number;
  readonly across: number;
  /** Centres of the items. */
  readonly centres: readonly LayoutPoint[];
  /** Points of each edge, from the middle of an item's side to that of another's. */
  readonly edges: readonly (readonly LayoutPoint[])[];
}

/** Space between ranks, and between neighbours of a rank. */
const RANK_GAP = 28;
const NEIGHBOUR_GAP = 20;
const SWEEPS = 6;

/** An item, or the place where a long edge passes a rank. */
interface Cell {
  readonly item: number | null;
  readonly rank: number;
  readonly size: number;
  readonly before: Cell[];
  readonly after: Cell[];
  position: number;
}

/**
 * Places items in ranks, each behind those with an edge to it, with few crossings and short edges: the steps of
 * Sugiyama, Tagawa and Toda (1981) with the simplest means. An item must come after those that it depends on.
 */
export function layeredLayout(
  items: readonly LayoutItem[],
  edges: readonly (readonly [from: number, to: number])[],
): LayeredLayout {
  const ranks = ranksOf(items.length, edges);
  const cells = items.map(({ across }, item): Cell => cellOf(item, ranks[item] ?? 0, across));
  const chains = edges.map(([from, to]) => chainOf(cells, from, to));
  const rows = rowsOf([...new Set([...cells, ...chains.flat()])]);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) arrange(row, down);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) for (const row of rows) settle(row);
  return placed(items, cells, chains, rows);
}

function cellOf(item: number | null, rank: number, size: number): Cell {
  return { item, rank, size, before: [], after: [], position: 0 };
}

/** The longest way to each item. */
function ranksOf(
  count: number,
  edges: readonly (readonly [from: number, to: number])[],
): readonly number[] {
  const ranks = new Array<number>(count).fill(0);
  for (const [from, to] of [...edges].sort(([, a], [, b]) => a - b)) {
    ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  }
  return ranks;
}

/** The cells that an edge goes through, linked to each other. */
function chainOf(cells: readonly Cell[], from: number, to: number): Cell[] {
  const [first, last] = [cells[from], cells[to]];
  if (first === undefined || last === undefined) return [];
  const chain = [first];
  for (let rank = first.rank + 1; rank < last.rank; rank += 1) chain.push(cellOf(null, rank, 0));
  chain.push(last);
  chain.forEach((cell, k) => {
    const next = chain[k + 1];
    if (next === undefined) return;
    cell.after.push(next);
    next.before.push(cell);
  });
  return chain;
}

function rowsOf(cells: readonly Cell[]): Cell[][] {
  const rows: Cell[][] = [];
  for (const cell of cells) {
    const row = rows[cell.rank] ?? [];
    row.push(cell);
    rows[cell.rank] = row;
  }
  for (const row of rows) spread(row);
  return rows;
}

/** Sets the cells of a row side by side, centred at 0. */
function spread(row: Cell[]): void {
  const width = row.reduce((sum, { size }) => sum + size, NEIGHBOUR_GAP * (row.length - 1));
  let at = -width / 2;
  for (const cell of row) {
    cell.position = at + cell.size / 2;
    at += cell.size + NEIGHBOUR_GAP;
  }
}

function mean(cells: readonly Cell[], otherwise: number): number {
  if (cells.length === 0) return otherwise;
  return cells.reduce((sum, { position }) => sum + position, 0) / cells.length;
}

/** Orders a row by the middle of the neighbours on one side. */
function arrange(row: Cell[], down: boolean): void {
  const wanted = new Map(
    row.map((cell) => [cell, mean(down ? cell.before : cell.after, cell.position)]),
  );
  row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
  spread(row);
}

/** Moves the cells of a row towards the middle of all their neighbours, without overlaps. */
function settle(row: readonly Cell[]): void {
  const wanted = row.map((cell) => mean([...cell.before, ...cell.after], cell.position));
  let shift = 0;
  row.forEach((cell, k) => {
    const previous = row[k - 1];
    const free =
      previous === undefined
        ? Number.NEGATIVE_INFINITY
        : previous.position + (previous.size + cell.size) / 2 + NEIGHBOUR_GAP;
    cell.position = Math.max(wanted[k] ?? 0, free);
    shift += (wanted[k] ?? 0) - cell.position;
  });
  for (const cell of row) cell.position += shift / row.length;
}

function placed(
  items: readonly LayoutItem[],
  cells: readonly Cell[],
  chains: readonly (readonly Cell[])[],
  rows: readonly (readonly Cell[])[],
): LayeredLayout {
  const all = rows.flat();
  const left = Math.min(0, ...all.map(({ position, size }) => position - size / 2));
  const right = Math.max(0, ...all.map(({ position, size }) => position + size / 2));
  const depth = rows.map((row) =>
    Math.max(...row.map(({ item }) => items[item ?? -1]?.along ?? 0)),
  );
  const starts: number[] = [];
  let along = 0;
  for (const [rank, size] of depth.entries()) {
    starts[rank] = along;
    along += size + RANK_GAP;
  }
  const centreOf = ({ rank, position }: Cell): LayoutPoint => ({
    along: (starts[rank] ?? 0) + (depth[rank] ?? 0) / 2,
    across: position - left,
  });
  const pointsOf = (chain: readonly Cell[]): LayoutPoint[] =>
    chain.flatMap((cell, k) => {
      const { along: middle, across } = centreOf(cell);
      const half = (items[cell.item ?? -1]?.along ?? depth[cell.rank] ?? 0) / 2;
      const [start, end] = [middle - half, middle + half];
      if (k === 0) return [{ along: end, across }];
      if (k === chain.length - 1) return [{ along: start, across }];
      return [
        { along: start, across },
        { along: end, across },
      ];
    });
  return {
    along: Math.max(0, along - RANK_GAP),
    across: right - left,
    centres: cells.map(centreOf),
    edges: chains.map(pointsOf),
  };
}
