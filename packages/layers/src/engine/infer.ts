import { type DType, isKmError } from '@km/core';
import { withMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { applyEager, resolveCallArgs } from './eager-call.ts';
import { type DeviceDType, deviceDType, isFloating } from './flat.ts';
import { is_keras_tensor, KerasTensor, type Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { get_mask, masksOf, set_mask } from './mask.ts';
import { nameScope } from './names.ts';
import { flatten, flattenShapes, mapShapes, mapStructure, packAs } from './nest.ts';
import { kerasTensorsIn } from './node.ts';
import { floatx } from './policy.ts';
import { findProviders } from './providers.ts';
import { getClassName } from './registry.ts';
import { type RowSplits, raggedShape, rowsOf, set_rows, valueCount, withForm } from './rows.ts';
import { type OpenSizes, shapesOf, withOpenSizes } from './tensor-shapes.ts';
import type { ApplyArgs, Masks, Nested, Shape, Shapes, Tensors } from './types.ts';

/**
 * Sizes that stand for open axes: the batch, and any other. Two runs tell which sizes of a result are open.
 * The batch sizes are primes and the others divisible by 24, so that windows fit and neither is met by chance.
 */
const TRIALS: readonly [OpenSizes, OpenSizes] = [
  [251, 456],
  [257, 552],
];

/** One output as a run without values shows it. */
interface Outline {
  readonly shape: Shape;
  readonly kind: DeviceDType;
  readonly mask: Shape | null;
  readonly ragged: boolean;
}

/** Outputs of a run: their outlines and the structure they came in. */
interface Run {
  readonly outlines: readonly Outline[];
  readonly structure: Nested<unknown>;
}

/** Runs something on stand-ins for the symbolic tensors among its arguments. */
type Trial = (inputs: Nested<unknown>, kwargs: ApplyArgs) => Nested<tf.Tensor | null>;

function concrete(shape: Shape, trial: OpenSizes): number[] {
  return shape.map((size, axis) => size ?? trial[axis === 0 ? 0 : 1]);
}

/** Rows of equal lengths: those of the other open axes, and short ones inside of these. */
function standInRows(depth: number, [batch, other]: OpenSizes): RowSplits {
  const lengths = [other, ...Array<number>(depth - 1).fill((batch % 5) + 1)].slice(0, depth);
  let count = batch;
  return lengths.map((length) => {
    const splits = Int32Array.from({ length: count + 1 }, (_, row) => row * length);
    count *= length;
    return splits;
  });
}

function standIn(tensor: KerasTensor, trial: OpenSizes): tf.Tensor {
  const dtype = deviceDType(tensor.dtype);
  const filler = dtype === 'string' ? '' : 0;
  if (tensor.ragged) {
    const rows = standInRows(tensor.ragged_rank, trial);
    const shape = [valueCount(rows), ...concrete(tensor.shape, trial).slice(rows.length + 1)];
    return set_rows(tf.fill(shape, filler, dtype), rows);
  }
  const value = tf.fill(concrete(tensor.shape, trial), filler, dtype);
  if (tensor.mask !== null) set_mask(value, standIn(tensor.mask, trial));
  return value;
}

function outlineOf(value: tf.Tensor | null): Outline {
  if (value === null) return { shape: [], kind: 'bool', mask: null, ragged: false };
  const mask = get_mask(value)?.shape ?? null;
  const kind = value.dtype as DeviceDType;
  return { shape: raggedShape(value), kind, mask, ragged: rowsOf(value) !== null };
}

function runTrial(inputs: unknown, args: ApplyArgs, sizes: OpenSizes, trial: Trial): Run {
  const made = new Map<KerasTensor, tf.Tensor>();
  const replace = (value: unknown): unknown => {
    if (!is_keras_tensor(value)) return value;
    const known = made.get(value) ?? standIn(value, sizes);
    made.set(value, known);
    return known;
  };
  const runs: Run[] = [];
  withMetaBackend(() => {
    tf.tidy(() => {
      const stand = mapStructure<unknown, unknown>(inputs as Nested<unknown>, replace);
      const kwargs = mapStructure<unknown, unknown>(args as Nested<unknown>, replace);
      const result = withOpenSizes(sizes, () => trial(stand, kwargs as ApplyArgs));
      const outlines = flatten<tf.Tensor | null>(result).map(outlineOf);
      runs.push({ outlines, structure: result });
    });
  });
  const [run] = runs;
  if (run === undefined) throw new TypeError('The layer gave no outputs.');
  return run;
}

function mergeShapes(a: Shape, b: Shape): Shape {
  return a.map((size, axis) => (size === b[axis] ? size : null));
}

/** Runs at two sizes of the open axes; sizes that differ are open in the result. */
function outline(inputs: unknown, args: ApplyArgs, trial: Trial): Run {
  const tensors = [...kerasTensorsIn(inputs), ...kerasTensorsIn(args)];
  const [first, second] = TRIALS;
  const run = runTrial(inputs, args, first, trial);
  if (tensors.every(({ shape }) => !shape.includes(null))) return run;
  const other = runTrial(inputs, args, second, trial);
  const outlines = run.outlines.map((one, i) => {
    const two = other.outlines[i] ?? one;
    const mask = one.mask === null || two.mask === null ? null : mergeShapes(one.mask, two.mask);
    return { ...one, shape: mergeShapes(one.shape, two.shape), mask };
  });
  return { outlines, structure: run.structure };
}

/** The Keras dtype of an output of which only the tfjs dtype is known. */
function outputDType(layer: Layer, kind: DeviceDType, inputs: readonly KerasTensor[]): DType {
  const compute = layer.compute_dtype;
  if (kind === 'float32') {
    if (layer.autocast && compute !== null && isFloating(compute)) return compute;
    return inputs.find(({ dtype }) => isFloating(dtype))?.dtype ?? floatx();
  }
  return inputs.find(({ dtype }) => deviceDType(dtype) === kind)?.dtype ?? kind;
}

function maskTensor(shape: Shape | null, name: string): KerasTensor | null {
  return shape === null ? null : new KerasTensor({ shape, dtype: 'bool', name: `${name}_mask` });
}

function callTrial(layer: Layer): Trial {
  return (inputs, kwargs) => withForm(false, () => applyEager(layer, inputs, kwargs));
}

/** The masks of the outputs, when only these need a run. */
function inferMasks(layer: Layer, inputs: unknown, args: ApplyArgs): (KerasTensor | null)[] {
  if (!layer._overridesComputeMask) {
    if (!layer.supports_masking) return [];
    const explicit = args.mask ?? null;
    if (explicit !== null) return flatten(explicit as Nested<KerasTensor | null>);
    return kerasTensorsIn(inputs).map(({ mask }) => mask);
  }
  const { outlines, structure } = outline(inputs, args, (values, kwargs) => {
    const mask = (kwargs.mask ?? masksOf(values as Tensors)) as Masks | null;
    return layer.compute_mask(values as Tensors, mask);
  });
  const given = flatten<unknown>(structure);
  return outlines.map(({ shape }, i) => (given[i] === null ? null : maskTensor(shape, layer.name)));
}

/** Outputs of a layer that states their shapes and gives floating numbers for floating numbers. */
function outputsByRule(layer: Layer, inputs: unknown, args: ApplyArgs): Symbolic {
  const shapes = layer.compute_output_shape(shapesOf(inputs as Nested<{ shape: Shape }>));
  const dtype = outputDType(layer, 'float32', kerasTensorsIn(inputs));
  const masks = inferMasks(layer, inputs, args);
  let index = 0;
  return mapShapes(shapes, (shape) => {
    const tensor = new KerasTensor({ shape, dtype, name: layer.name });
    tensor.mask = masks[index] ?? null;
    index += 1;
    return tensor;
  });
}

/** Outputs of a layer found by running its `call` without values. */
function outputsByRun(layer: Layer, inputs: unknown, args: ApplyArgs): Symbolic {
  const { outlines, structure } = outline(inputs, args, callTrial(layer));
  const tensors = [...kerasTensorsIn(inputs), ...kerasTensorsIn(args)];
  const stated =
    layer._overridesOutputShape && !tensors.some(({ ragged }) => ragged)
      ? flattenShapes(layer.compute_output_shape(shapesOf(inputs as Nested<{ shape: Shape }>)))
      : [];
  const outputs = outlines.map(({ shape, kind, mask, ragged }, i) => {
    const dtype = outputDType(layer, kind, tensors);
    const known = (ragged ? null : stated[i]) ?? shape;
    const tensor = new KerasTensor({ shape: known, dtype, name: layer.name, ragged });
    tensor.mask = maskTensor(mask, layer.name);
    return tensor;
  });
  return packAs<unknown, KerasTensor>(structure, outputs);
}

/** True for a built-in class whose `build` has made all weights, so that a call would make no more. */
function isSettled(layer: Layer): boolean {
  const known = findProviders()?.layers().get(getClassName(layer));
  return known === layer.constructor && layer._flatten_layers().every(({ built }) => built);
}

/** The outputs that a call of a built layer on symbolic tensors gives, not yet linked to the call. */
export function inferOutputs(layer: Layer, inputs: unknown, args: ApplyArgs): Symbolic {
  if (!layer._overridesOutputShape) return outputsByRun(layer, inputs, args);
  const tensors = [...kerasTensorsIn(inputs), ...kerasTensorsIn(args)];
  const floating = tensors.every(({ dtype }) => isFloating(dtype));
  if (tensors.some(({ ragged }) => ragged)) return outputsByRun(layer, inputs, args);
  if (floating && isSettled(layer)) return outputsByRule(layer, inputs, args);
  try {
    return outputsByRun(layer, inputs, args);
  } catch (error) {
    // What reads values cannot run without them; the class has stated its shapes instead.
    if (isKmError(error, 'KM_UNSUPPORTED')) return outputsByRule(layer, inputs, args);
    throw error;
  }
}

/** Symbolic inputs of given shapes for a layer, in its compute dtype. */
function inputsOf(layer: Layer, input_shape: Shapes): Symbolic {
  const dtype = layer.compute_dtype ?? floatx();
  return mapShapes(input_shape, (shape) => new KerasTensor({ shape, dtype, name: layer.name }));
}

/** The shape of the outputs, found by running the layer without values. */
export function inferOutputShape(layer: Layer, input_shape: Shapes): Shapes {
  const { outlines, structure } = outline(inputsOf(layer, input_shape), {}, callTrial(layer));
  return packAs<unknown, Shape>(
    structure,
    outlines.map(({ shape }) => shape),
  );
}

/** Runs the `call` of a layer without values, so that the layers inside are built, under names without a prefix. */
export function outlineCall(layer: Layer, input_shape: Shapes): void {
  outline(inputsOf(layer, input_shape), {}, (inputs, kwargs) =>
    nameScope(null, () =>
      layer.call(inputs as Tensors, resolveCallArgs(inputs as Tensors, kwargs)),
    ),
  );
}

/** Calls a layer without values on inputs of the same shapes, batches of any size, so that the layers inside are built. */
export function buildByCall(layer: Layer, inputs: Tensors): void {
  const specs = mapStructure<tf.Tensor | RaggedTensor, KerasTensor>(inputs, (input) => {
    const shape = [null, ...raggedShape(input).slice(1)];
    const ragged = input instanceof RaggedTensor || rowsOf(input) !== null;
    return new KerasTensor({ shape, dtype: input.dtype, name: layer.name, ragged });
  });
  outline(specs, {}, callTrial(layer));
}
