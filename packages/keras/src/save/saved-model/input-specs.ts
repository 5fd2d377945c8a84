import type { DType } from '@km/core';
import {
  InputSpec,
  is_keras_tensor,
  KerasTensor,
  type Layer,
  type Model,
  type Nested,
  nest,
  Sequential,
  type TensorSpec,
} from '@km/layers';

/** What a layer or model is called with, as symbolic tensors in their structures. */
export interface CallInputs {
  readonly inputs: Nested<KerasTensor>;
  /** Further arguments that are tensors, by name. */
  readonly args: Readonly<Record<string, Nested<KerasTensor>>>;
}

/** What a model takes; null for one that was never called. */
export function modelInputs(model: Model): CallInputs | null {
  const inputs = model._graph?.nested_inputs;
  if (inputs !== undefined) return { inputs: demandedInputs(inputs, model), args: {} };
  return calledWith(model, (index) => `input_${index + 1}`);
}

/** What a layer takes; null for one that was never called. */
export function layerInputs(layer: Layer): CallInputs | null {
  return calledWith(layer, (index) => (index === 0 ? 'inputs' : `inputs_${index}`));
}

const FLOATING: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/**
 * The tensors of the first call of a layer: floating ones in the dtype that the layer casts to, and batches of any size
 * where no state is tied to one.
 */
function calledWith(layer: Layer, nameAt: (index: number) => string): CallInputs | null {
  const spec = layer._call_spec;
  if (spec === null) return null;
  const casts = layer.autocast ? layer.compute_dtype : null;
  const isOpen = !layer._flatten_layers().some(({ stateful }) => stateful);
  let count = 0;
  const symbolic = (item: Nested<TensorSpec>, given: string | null): Nested<KerasTensor> => {
    const leaves = namedLeaves(item, given).map(([key, leaf]) => {
      const isCast = casts !== null && FLOATING.has(leaf.dtype);
      const shape = leaf === spec.inputs ? withDemands(leaf.shape, layer) : leaf.shape;
      const [batch = null, ...rest] = shape;
      const name = key ?? nameAt(count);
      count += 1;
      return new KerasTensor({
        shape: leaf.shape.length === 0 ? [] : [isOpen ? null : batch, ...rest],
        dtype: isCast ? casts : (leaf.dtype as DType),
        name,
      });
    });
    return nest.packAs<unknown, KerasTensor>(withoutSpecs(item), leaves);
  };
  const inputs = symbolic(spec.inputs, null);
  const args = Object.entries(spec.args).map(
    ([name, item]) => [name, symbolic(item, name)] as const,
  );
  return { inputs, args: Object.fromEntries(args) };
}

/** What a stack takes, which TensorFlow 2.4 notes with axes of unknown length also where its first layer knows them. */
function demandedInputs(inputs: Nested<KerasTensor>, model: Model): Nested<KerasTensor> {
  if (!(model instanceof Sequential) || !is_keras_tensor(inputs)) return inputs;
  const shape = withDemands(inputs.shape, model);
  const isSame = shape.every((length, axis) => length === inputs.shape[axis]);
  return isSame ? inputs : new KerasTensor({ shape, dtype: inputs.dtype, name: inputs.name });
}

/** A shape in which axes of unknown length have the one that a layer, or the first one of a stack, demands. */
function withDemands(shape: TensorSpec['shape'], layer: Layer): TensorSpec['shape'] {
  const [first] = layer instanceof Sequential ? layer.layers : [];
  if (first !== undefined) return withDemands(shape, first);
  const axes = layer.input_spec instanceof InputSpec ? layer.input_spec.axes : {};
  return shape.map((length, axis) => length ?? axes[axis] ?? axes[axis - shape.length] ?? null);
}

function isSpec(item: Nested<TensorSpec>): item is TensorSpec {
  return 'shape' in item && 'dtype' in item && Array.isArray(item.shape);
}

/** The specs of a structure in TensorFlow's order, with the key of the dictionary that each stands in. */
function namedLeaves(
  item: Nested<TensorSpec>,
  key: string | null,
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
