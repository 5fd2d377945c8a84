import { printShape } from './input-spec.ts';
import type { Layer } from './layer.ts';
import type { Model } from './model.ts';
import { isShape } from './nest.ts';
import { layerOf, type Node } from './node.ts';
import { getClassName } from './registry.ts';
import type { Shapes } from './types.ts';
import type { Variable } from './variable.ts';
import { countParams } from './weights.ts';

/** How a summary is printed. */
export interface SummaryOptions {
  /** Number of characters in a line. */
  readonly line_length?: number | null;
  /** Ends of the columns, as parts of the line or in characters. */
  readonly positions?: readonly number[] | null;
  /** Gets each line; `console.log` if absent. */
  readonly print_fn?: ((line: string) => void) | null;
  /** True to list the layers of nested models too. */
  readonly expand_nested?: boolean;
  /** True for a column that says which layers are trained. */
  readonly show_trainable?: boolean;
  /** First and last layer to list, as regular expressions on the names. */
  readonly layer_range?: readonly [string, string] | null;
}

/** What printing the rows of one summary needs. */
interface Table {
  readonly print: (line: string) => void;
  readonly length: number;
  readonly positions: readonly number[];
  readonly expand: boolean;
  readonly showTrainable: boolean;
  /** The calls that the column of connections lists; `null` for a table without it. */
  readonly nodes: ReadonlySet<Node> | null;
}

/** Prints shapes as Python prints tuples, lists and dictionaries. */
function pythonShapes(shapes: Shapes): string {
  if (isShape(shapes)) return printShape(shapes);
  if (Array.isArray(shapes)) return `[${shapes.map(pythonShapes).join(', ')}]`;
  const entries = Object.entries(shapes as { readonly [key: string]: Shapes });
  return `{${entries.map(([key, shape]) => `'${key}': ${pythonShapes(shape)}`).join(', ')}}`;
}

function outputShapeText(layer: Layer): string {
  if (layer._inbound_nodes[0]?.is_input === true) return `[${pythonShapes(layer.output_shape)}]`;
  try {
    return pythonShapes(layer.output_shape);
  } catch (error) {
    if (error instanceof TypeError) return 'multiple';
    throw error;
  }
}

/** Bytes that weights take in the dtype they are kept in. */
function memorySize(weights: readonly Variable[]): number {
  return weights.reduce((sum, { dtype, size }) => {
    const bits = dtype === 'string' ? 0 : Number(/\d+$/.exec(dtype)?.[0] ?? '8');
    return sum + (size * bits) / 8;
  }, 0);
}

function readableSize(bytes: number): string {
  const units = ['Byte', 'KB', 'MB', 'GB', 'TB'];
  let size = bytes;
  for (const unit of units) {
    if (size < 1024) return `${size.toFixed(2)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(2)} PB`;
}

/** True when the calls form one chain without shared layers. */
function isChain(model: Model): boolean {
  const graph = model._graph;
  if (graph === null || getClassName(model) === 'Sequential') return true;
  const groups = [...graph.nodes_by_depth.values()];
  if (groups.some((group) => group.length > 1 || (group[0]?.keras_inputs.length ?? 0) > 1)) {
    return false;
  }
  const layers = groups.flat().map((node) => node.layer);
  return new Set(layers).size === layers.length;
}

/** How much of a field fits in a line: lists break after a member. */
function cutField(field: string, width: number): number {
  const line = field.slice(0, width);
  const breaks = ['),', '},', '],', "',"].flatMap((mark) => {
    const at = line.indexOf(mark);
    return at < 0 ? [] : [at + mark.length];
  });
  return breaks.length > 0 ? Math.min(...breaks) : width;
}

/** The part of a field that fits in its column, and what is left of it. */
function fitField(table: Table, field: string, column: number, level: number): [string, string] {
  const { positions } = table;
  const isLast = column === positions.length - 1;
  const end = positions[column] ?? table.length;
  const room = end - (positions[column - 1] ?? 0) - (isLast ? 0 : 3) - (column === 0 ? level : 0);
  const cut = cutField(field, room);
  return [field.slice(0, cut) + (isLast ? '' : '  '), field.slice(cut)];
}

/** Prints the fields of a row, over as many lines as the longest needs. */
function printRow(table: Table, fields: readonly string[], level: number = 0): void {
  const { positions } = table;
  let left = [...fields];
  while (left.some((field) => field !== '')) {
    let line = `${'|'.repeat(level)} `;
    left = left.map((field, column) => {
      const [part, rest] = fitField(table, field, column, level);
      const inset = column === positions.length - 1 ? level : 0;
      line = (line + part).padEnd((positions[column] ?? table.length) - inset);
      return rest;
    });
    table.print(line + '|'.repeat(level));
  }
}

function connections(layer: Layer, nodes: ReadonlySet<Node>): string {
  const sources = layer._inbound_nodes
    .filter((node) => nodes.has(node))
    .flatMap((node) => node.keras_inputs)
    .map((tensor) => {
      const { node_index, tensor_index } = tensor._keras_history;
      return `'${layerOf(tensor).name}[${String(node_index)}][${String(tensor_index)}]'`;
    });
  return `[${sources.join(', ')}]`;
}

function layerFields(layer: Layer, table: Table): string[] {
  const params = layer.built ? String(layer.count_params()) : '0 (unused)';
  const fields = [`${layer.name} (${getClassName(layer)})`, outputShapeText(layer), params];
  if (table.nodes !== null) fields.push(connections(layer, table.nodes));
  if (table.showTrainable) fields.push(layer.trainable ? 'Y' : 'N');
  return fields;
}

function printRule(table: Table, level: number, fill: string): void {
  const edge = '|'.repeat(level);
  table.print(edge + fill.repeat(table.length - 2 * level) + edge);
}

function printLayer(layer: Layer, table: Table, level: number = 0, last: boolean = false): void {
  printRow(table, layerFields(layer, table), level);
  const inner = table.expand && 'layers' in layer ? (layer.layers as Layer[]) : [];
  if (inner.length > 0) {
    printRule(table, level + 1, '¯');
    inner.forEach((one, i) => {
      printLayer(one, table, level + 1, i === inner.length - 1);
    });
    printRule(table, level, '¯');
  }
  // As in Keras, no blank line follows an expanded model.
  if (!last && inner.length === 0) printRule(table, level, ' ');
}

/** The layers between the first and the last that the range matches. */
function layersInRange(model: Model, range: readonly [string, string] | null): Layer[] {
  const { layers } = model;
  if (range === null) return layers;
  const [first, last] = range.map((pattern) => {
    const start = new RegExp(`^(?:${pattern})`);
    return layers.flatMap(({ name }, i) => (start.test(name) ? [i] : []));
  });
  if (!first?.length || !last?.length) {
    throw new RangeError(
      `Passed layer_names do not match the layer names in the model. Received: ${range.join(', ')}`,
    );
  }
  const [low, high] = [Math.min(...first), Math.max(...last)];
  if (low <= high) return layers.slice(low, high + 1);
  return layers.slice(Math.min(...last), Math.max(...first) + 1);
}

function makeTable(model: Model, options: SummaryOptions): Table {
  const chain = isChain(model);
  const length = options.line_length ?? (chain ? 65 : 98);
  const stated = options.positions ?? (chain ? [0.45, 0.85, 1] : [0.3, 0.6, 0.7, 1]);
  const isParts = (stated.at(-1) ?? 1) <= 1;
  const positions = isParts ? stated.map((part) => Math.trunc(length * part)) : [...stated];
  const { show_trainable = false, expand_nested = false } = options;
  if (show_trainable) positions.push(length + 11);
  return {
    print: options.print_fn ?? ((line) => console.log(line)),
    length: show_trainable ? length + 11 : length,
    positions,
    expand: expand_nested,
    showTrainable: show_trainable,
    nodes: chain ? null : new Set(model._graph?.nodes),
  };
}

/** Prints the layers of a model, their output shapes and numbers of weights, as Keras 2.15 does. */
export function printSummary(model: Model, options: SummaryOptions): void {
  if (!model.built) {
    throw new TypeError(
      'This model has not yet been built. Build the model first by calling `build()` or by calling the model on a batch of data.',
    );
  }
  const table = makeTable(model, options);
  const header = ['Layer (type)', 'Output Shape', 'Param #'];
  if (table.nodes !== null) header.push('Connected to');
  if (table.showTrainable) header.push('Trainable');
  table.print(`Model: "${model.name}"`);
  table.print('_'.repeat(table.length));
  printRow(table, header);
  table.print('='.repeat(table.length));
  for (const layer of layersInRange(model, options.layer_range ?? null)) printLayer(layer, table);
  table.print('='.repeat(table.length));
  printTotals(model, table.print);
  table.print('_'.repeat(table.length));
}

function printTotals(model: Model, print: (line: string) => void): void {
  const parts = [
    ['Trainable', model.trainable_weights],
    ['Non-trainable', model.non_trainable_weights],
  ] as const;
  const all = parts.flatMap(([, weights]) => weights);
  print(`Total params: ${String(countParams(all))} (${readableSize(memorySize(all))})`);
  for (const [name, weights] of parts) {
    print(`${name} params: ${String(countParams(weights))} (${readableSize(memorySize(weights))})`);
  }
}
