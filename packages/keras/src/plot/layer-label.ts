import { getClassName, type Layer, layers, type Shapes } from '@km/layers';

/** What is shown of a layer. */
export interface LabelOptions {
  readonly show_shapes?: boolean;
  readonly show_dtype?: boolean;
  readonly show_layer_names?: boolean;
  readonly expand_nested?: boolean;
  readonly show_layer_activations?: boolean;
  readonly show_trainable?: boolean;
}

/** What is said of a layer; null for what is not asked for. */
export interface LayerLabel {
  readonly trainable: 'T' | 'NT' | null;
  readonly name: string | null;
  readonly class_name: string;
  readonly activation: string | null;
  readonly dtype: string | null;
  readonly shapes: readonly [input: string, output: string] | null;
}

/** The layer that a wrapper wraps; null for other layers. */
function wrappedLayer(layer: Layer): Layer | null {
  const wraps = layer instanceof layers.Wrapper || layer instanceof layers.Bidirectional;
  return wraps ? (layer.layer as Layer) : null;
}

/** The functional model inside of a wrapper that is drawn apart; null for other layers. */
export function wrappedModel(layer: Layer): Layer | null {
  const inner = wrappedLayer(layer);
  return inner !== null && isFunctional(inner) ? inner : null;
}

/** True for a model that is a graph of layers. */
export function isFunctional(layer: Layer): boolean {
  return '_graph' in layer && layer._graph !== null;
}

/** Says of a layer what `keras.utils.model_to_dot` of 2.15 says. */
export function layerLabel(layer: Layer, options: LabelOptions): LayerLabel {
  const apart = options.expand_nested === true && wrappedModel(layer) !== null;
  const inner = apart ? null : wrappedLayer(layer);
  const within = (own: string, other: (inner: Layer) => string): string =>
    inner === null ? own : `${own}(${other(inner)})`;
  const shown = options.show_layer_names ?? true;
  return {
    trainable: options.show_trainable !== true ? null : layer.trainable ? 'T' : 'NT',
    name: shown ? within(layer.name, ({ name }) => name) : null,
    class_name: within(getClassName(layer), getClassName),
    activation: options.show_layer_activations === true ? activationOf(layer) : null,
    dtype: options.show_dtype === true ? (layer.dtype ?? '?') : null,
    shapes:
      options.show_shapes === true
        ? [shapeText(layer, () => layer.input_shape), shapeText(layer, () => layer.output_shape)]
        : null,
  };
}

/** The name of the function or layer, by the config: bundlers rename functions. */
function activationOf(layer: Layer): string | null {
  const { activation } = layer.get_config();
  if (typeof activation === 'string') return activation;
  if (typeof activation !== 'object' || activation === null) return null;
  const { config } = activation as { readonly config?: { readonly name?: unknown } };
  return config?.name === undefined ? null : String(config.name);
}

/** A shape as Python prints it; a layer that is called several times may have many. */
function shapeText(layer: Layer, read: () => Shapes): string {
  try {
    // What an input has is a list of one shape.
    return layer._inbound_nodes[0]?.is_input === true ? `[${python(read())}]` : python(read());
  } catch (error) {
    if (error instanceof TypeError) return '?';
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
