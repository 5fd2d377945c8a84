import { getClassName, heldBy, Layer, Model, toSnakeCase, type Variable } from '@km/layers';

/** How a release names the groups of a v3 weights file. */
export interface V3Naming {
  /** Group that holds the layers of a model. */
  readonly container: string;
  /** How many numbers a layer takes when the next one of its class is named; 2.12 counts layers with weights twice. */
  count(layer: Layer): number;
  /** Name of the group of a child that is reached by a property. */
  child(property: string): string;
}

/** TensorFlow 2.14 to 2.15 and tf_keras. */
export const KERAS_2: V3Naming = {
  container: 'layers',
  count: () => 1,
  child: (property) => property,
};

/** TensorFlow 2.12 and 2.13. */
export const KERAS_2_12: V3Naming = {
  container: '_layer_checkpoint_dependencies',
  count: (layer) => (layer.weights.length > 0 ? 2 : 1),
  child: (property) => property,
};

/** Keras 3, which leaves the underscore of private properties out. */
export const KERAS_3: V3Naming = {
  container: 'layers',
  count: () => 1,
  child: (property) => property.replace(/^_/, ''),
};

/** An object of the file and the variables it owns, in order. */
export interface V3Object {
  /** Such as `layers/dense`, `''` for the model itself. */
  readonly path: string;
  readonly layer: Layer;
  readonly variables: readonly Variable[];
}

/**
 * Lists every layer of a model with its path in a v3 weights file: names come from the class, counted in each container;
 * a layer that is reached twice stands where it is reached first. Source: `keras/saving/saving_lib.py` of Keras 2.15.
 */
export function walkV3(model: Layer, naming: V3Naming): readonly V3Object[] {
  const seen = new Set<Layer>();
  const found: V3Object[] = [];
  const visit = (layer: Layer, path: string): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    found.push({ path, layer, variables: ownVariables(layer) });
    for (const [name, child] of childrenOf(layer, naming)) visit(child, join(path, name));
  };
  visit(model, '');
  return found;
}

/** Own variables in creation order: the trainable ones first; freezing a layer changes nothing. */
function ownVariables(layer: Layer): readonly Variable[] {
  const inner = new Set(layer._sublayers.flatMap((child) => child.weights));
  const own = layer.weights.filter((variable) => !inner.has(variable));
  return [...own.filter((v) => v.trainable), ...own.filter((v) => !v.trainable)];
}

function childrenOf(layer: Layer, naming: V3Naming): readonly (readonly [string, Layer])[] {
  if (layer instanceof Model) return contained(layer.layers, naming, naming.container);
  return Object.entries(layer).flatMap(([property, given]) => {
    // Activations that are layers are called as functions.
    const value = heldBy(given);
    if (value instanceof Layer) return [[naming.child(property), value] as const];
    return contained(layersIn(value), naming, naming.child(property));
  });
}

/** Layers of a list or dictionary, at any depth. */
function layersIn(value: unknown): readonly Layer[] {
  if (value instanceof Layer) return [value];
  if (Array.isArray(value)) return value.flatMap(layersIn);
  if (typeof value !== 'object' || value === null) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? Object.values(value).flatMap(layersIn)
    : [];
}

/** Names layers by their classes, `dense`, `dense_1`, …, under a container. */
export function nameByClass(
  layers: readonly Layer[],
  container: string,
): readonly (readonly [string, Layer])[] {
  return contained(layers, KERAS_2, container);
}

function contained(
  layers: readonly Layer[],
  naming: V3Naming,
  container: string,
): readonly (readonly [string, Layer])[] {
  const used = new Map<string, number>();
  return layers.map((layer) => {
    const base = toSnakeCase(getClassName(layer));
    const count = used.get(base) ?? 0;
    used.set(base, count + naming.count(layer));
    return [join(container, count === 0 ? base : `${base}_${count}`), layer] as const;
  });
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
