import { getClassName, type Layer, type Model, type Shapes } from '@km/layers';

/** What a drawing of a model shows. */
export interface ModelGraphOptions {
  readonly show_shapes?: boolean;
  readonly show_dtype?: boolean;
  readonly show_layer_names?: boolean;
  /** Draws the layers of nested models inside of them. */
  readonly expand_nested?: boolean;
  /** First and last layer to draw, as regular expressions on the names. */
  readonly layer_range?: readonly [string, string] | null;
  readonly show_layer_activations?: boolean;
  readonly show_trainable?: boolean;
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

function inRange(
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
  const cells = [getClassName(layer)];
  if (options.show_layer_names ?? true) cells.unshift(layer.name);
  if (options.show_layer_activations === true) cells.push(...activationOf(layer));
  if (options.show_dtype === true) cells.push(layer.dtype ?? '?');
  if (options.show_trainable === true) cells.push(layer.trainable ? 'T' : 'NT');
  if (options.show_shapes !== true) return [cells];
  return [
    cells,
    ['input:', shapeText(() => layer.input_shape)],
    ['output:', shapeText(() => layer.output_shape)],
  ];
}

function activationOf(layer: Layer): string[] {
  const { activation } = layer.get_config();
  if (typeof activation === 'string') return [activation];
  const name = activation === null || typeof activation !== 'object' ? null : activation;
  return name !== null && 'class_name' in name ? [String(name.class_name)] : [];
}

/** A shape as Python prints it; a layer that is called several times may have many. */
function shapeText(read: () => Shapes): string {
  try {
    return python(read());
  } catch (error) {
    if (error instanceof TypeError) return 'multiple';
    throw error;
  }
}

function python(shapes: Shapes | number | null): string {
  if (shapes === null) return 'None';
  if (typeof shapes === 'number') return String(shapes);
  if (!Array.isArray(shapes)) {
    const entries = Object.entries(shapes as Readonly<Record<string, Shapes>>);
    return `{${entries.map(([key, shape]) => `'${key}': ${python(shape)}`).join(', ')}}`;
  }
  const isShape = shapes.every((size) => size === null || typeof size === 'number');
  const inner = shapes.map((item) => python(item as Shapes)).join(', ');
  if (!isShape) return `[${inner}]`;
  return shapes.length === 1 ? `(${inner},)` : `(${inner})`;
}
