import type { Layer, Model, Nested, Shape } from '@km/layers';

/** A tensor that a layer or model takes. */
export interface InputTensor {
  readonly shape: Shape;
  readonly dtype: string;
  /** Name of the argument. */
  readonly name: string;
}

/** The tensors that a model takes, in the structure of its first argument; null for one that was never called. */
export function modelInputs(model: Model): Nested<InputTensor> | null {
  const graph = model._graph;
  if (graph !== null) {
    return mapNested(graph.nested_inputs as Nested<InputTensor>, ({ shape, dtype, name }) => ({
      shape,
      dtype,
      name,
    }));
  }
  return calledWith(model, (key, index) => key ?? `input_${index + 1}`);
}

/** The tensors that a layer takes, in the structure of its first argument; null for one that was never called. */
export function layerInputs(layer: Layer): Nested<InputTensor> | null {
  return calledWith(layer, (key, index) => key ?? (index === 0 ? 'inputs' : `inputs_${index}`));
}

/** The tensors of the first call of a layer, batches of any size. */
function calledWith(
  layer: Layer,
  nameOf: (key: string | null, index: number) => string,
): Nested<InputTensor> | null {
  const spec = layer._call_spec;
  if (spec === null) return null;
  let index = -1;
  const named = (item: typeof spec, key: string | null): Nested<InputTensor> => {
    if (isTensor(item)) {
      index += 1;
      return { ...item, shape: [null, ...item.shape.slice(1)], name: nameOf(key, index) };
    }
    if (Array.isArray(item)) return item.map((part) => named(part, key));
    const entries = Object.entries(item as Readonly<Record<string, typeof spec>>);
    return Object.fromEntries(entries.map(([name, part]) => [name, named(part, name)]));
  };
  return named(spec, null);
}

function isTensor(item: unknown): item is { readonly shape: Shape; readonly dtype: string } {
  return typeof item === 'object' && item !== null && 'shape' in item && 'dtype' in item;
}

/** Applies a function to the tensors of a structure. */
export function mapNested<Result>(
  item: Nested<InputTensor>,
  change: (tensor: InputTensor) => Result,
): Nested<Result> {
  if (isTensor(item)) return change(item as InputTensor);
  if (Array.isArray(item)) return item.map((part) => mapNested(part, change));
  const entries = Object.entries(item as Readonly<Record<string, Nested<InputTensor>>>);
  return Object.fromEntries(entries.map(([name, part]) => [name, mapNested(part, change)]));
}

/** The tensors of a structure in TensorFlow's order: dictionaries by sorted keys. */
export function flatInputs(item: Nested<InputTensor>): readonly InputTensor[] {
  if (isTensor(item)) return [item as InputTensor];
  if (Array.isArray(item)) return item.flatMap(flatInputs);
  const entries = Object.entries(item as Readonly<Record<string, Nested<InputTensor>>>);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, part]) => flatInputs(part));
}
