import type { Layer, Model } from '@km/layers';
import { type LabelOptions, layerLabel } from './layer-label.ts';

/** What a drawing of a model shows. */
export interface ModelGraphOptions extends LabelOptions {
  /** First and last layer to draw, as regular expressions on the names. */
  readonly layer_range?: readonly [string, string] | null;
}

/** A layer in a drawing: rows of cells, or a drawing of what is inside under them. */
export interface GraphBox {
  readonly rows: readonly (readonly string[])[];
  readonly inner: BoxGraph | null;
}

/** Boxes, each behind those that it depends on, and edges between their numbers. */
export interface BoxGraph {
  readonly boxes: readonly GraphBox[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/**
 * Lists the layers of a model and how they are connected.
 * @throws TypeError for a stack that is not built, RangeError when `layer_range` names no layer.
 */
export function modelGraph(model: Model, options: ModelGraphOptions): BoxGraph {
  const graph = model._graph;
  if (graph === null) {
    if (!model.built) {
      throw new TypeError(
        'This model has not yet been built. Build the model first by calling `build()` or by calling the model on a batch of data.',
      );
    }
    return { boxes: [{ rows: rowsOf(model, options), inner: null }], edges: [] };
  }
  const layers = inRange(graph.layers, options.layer_range ?? null);
  const numbers = new Map(layers.map((layer, number) => [layer, number]));
  const edges = new Map<string, readonly [number, number]>();
  for (const node of graph.nodes) {
    for (const parent of node.parent_nodes) {
      const [from, to] = [numbers.get(parent.layer), numbers.get(node.layer)];
      if (from === undefined || to === undefined || from === to) continue;
      edges.set(`${from} ${to}`, [from, to]);
    }
  }
  return { boxes: layers.map((layer) => boxOf(layer, options)), edges: [...edges.values()] };
}

/** The layers from the first to the last that a range names. */
export function inRange(
  layers: readonly Layer[],
  range: readonly [string, string] | null,
): readonly Layer[] {
  if (range === null) return layers;
  const found = range.map((pattern) => {
    const name = new RegExp(`^(?:${pattern})`);
    const numbers = [...layers.keys()].filter((k) => name.test(layers[k]?.name ?? ''));
    if (numbers.length > 0) return numbers;
    throw new RangeError(`layer_range names no layer: ${pattern}.`);
  });
  return layers.slice(Math.min(...found.flat()), Math.max(...found.flat()) + 1);
}

function boxOf(layer: Layer, options: ModelGraphOptions): GraphBox {
  const nested = options.expand_nested === true && '_graph' in layer && layer._graph !== null;
  const inner = nested ? modelGraph(layer as Model, { ...options, layer_range: null }) : null;
  return { rows: rowsOf(layer, options), inner };
}

function rowsOf(layer: Layer, options: ModelGraphOptions): string[][] {
  const { trainable, name, class_name, activation, dtype, shapes } = layerLabel(layer, options);
  const cells = [trainable, name, class_name, activation, dtype].filter((cell) => cell !== null);
  if (shapes === null) return [cells];
  return [cells, ['input:', shapes[0]], ['output:', shapes[1]]];
}
