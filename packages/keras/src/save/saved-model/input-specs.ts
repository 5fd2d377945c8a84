import type { DType } from '@km/core';
import {
  KerasTensor,
  type Layer,
  type Model,
  type Nested,
  nest,
  type TensorSpec,
} from '@km/layers';

/** The tensors that a model takes, in the structure of its first argument; null for one that was never called. */
export function modelInputs(model: Model): Nested<KerasTensor> | null {
  return model._graph?.nested_inputs ?? calledWith(model, (index) => `input_${index + 1}`);
}

/** The tensors that a layer takes, in the structure of its first argument; null for one that was never called. */
export function layerInputs(layer: Layer): Nested<KerasTensor> | null {
  return calledWith(layer, (index) => (index === 0 ? 'inputs' : `inputs_${index}`));
}

const FLOATING: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/** The tensors of the first call of a layer, batches of any size, floating ones in the dtype that the layer casts to. */
function calledWith(layer: Layer, nameAt: (index: number) => string): Nested<KerasTensor> | null {
  const spec = layer._call_spec;
  if (spec === null) return null;
  const casts = layer.autocast ? layer.compute_dtype : null;
  const leaves = namedLeaves(spec).map(([key, leaf], index) => {
    const dtype = casts !== null && FLOATING.has(leaf.dtype) ? casts : (leaf.dtype as DType);
    const shape = leaf.shape.length === 0 ? [] : [null, ...leaf.shape.slice(1)];
    return new KerasTensor({ shape, dtype, name: key ?? nameAt(index) });
  });
  return nest.packAs<unknown, KerasTensor>(withoutSpecs(spec), leaves);
}

function isSpec(item: Nested<TensorSpec>): item is TensorSpec {
  return 'shape' in item && 'dtype' in item && Array.isArray(item.shape);
}

/** The specs of a structure in TensorFlow's order, with the key of the dictionary that each stands in. */
function namedLeaves(
  item: Nested<TensorSpec>,
  key: string | null = null,
): (readonly [string | null, TensorSpec])[] {
  if (isSpec(item)) return [[key, item]];
  if (Array.isArray(item)) return item.flatMap((part) => namedLeaves(part, key));
  const entries = item as Readonly<Record<string, Nested<TensorSpec>>>;
  return nest.sortedKeys(entries).flatMap((name) => namedLeaves(entries[name] ?? [], name));
}

/** The same structure with leaves that are no plain objects. */
function withoutSpecs(item: Nested<TensorSpec>): Nested<null> {
  if (isSpec(item)) return null as unknown as Nested<null>;
  if (Array.isArray(item)) return item.map(withoutSpecs);
  const entries = Object.entries(item as Readonly<Record<string, Nested<TensorSpec>>>);
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutSpecs(part)]));
}
