import type { Tensor as TensorRecord } from '@km/core';
import type { GoldenCase, Goldens, GoldenValue, Json } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../packages/layers/src/engine/deserialize-layer.ts';
import { flatOfRecord } from '../../packages/layers/src/engine/flat.ts';
import { Input } from '../../packages/layers/src/engine/input-layer.ts';
import type { KerasTensor, Symbolic } from '../../packages/layers/src/engine/keras-tensor.ts';
import type { Layer } from '../../packages/layers/src/engine/layer.ts';
import { get_mask, set_mask } from '../../packages/layers/src/engine/mask.ts';
import { resetNames } from '../../packages/layers/src/engine/names.ts';
import { flatten, mapStructure } from '../../packages/layers/src/engine/nest.ts';
import { provided } from '../../packages/layers/src/engine/providers.ts';
import type { Nested, Shape, Shapes, Tensors } from '../../packages/layers/src/engine/types.ts';
import type { Variable } from '../../packages/layers/src/engine/variable.ts';
import { PreprocessingLayer } from '../../packages/layers/src/layers/preprocessing/preprocessing-layer.ts';
import { RaggedTensor } from '../../packages/layers/src/ragged/ragged-tensor.ts';
import { isTensorRecord, type LayerBounds, layerBounds } from './golden-layer-bounds.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

/** A part of a record. */
export type Row = Readonly<Record<string, Json>>;

/** The parts that a list of a record holds. */
export const rows = (value: Json | undefined): readonly Row[] =>
  Array.isArray(value) ? (value as readonly Row[]) : [];

/** One record of a layer while it is replayed. */
export interface Replay {
  readonly golden: GoldenCase;
  readonly container: Goldens;
  readonly layer: Layer;
  readonly compare: Comparer;
  readonly bounds: LayerBounds;
}

/** Checks a recorded layer: config, shapes, weights and calls with masks, losses, states and gradients. */
export async function runLayer(golden: GoldenCase, container: Goldens): Promise<number | string> {
  return replayLayer(golden, container, true);
}

/** Replays a record; without `same` the layer's own config and the names of its weights are not compared. */
export async function replayLayer(
  golden: GoldenCase,
  container: Goldens,
  same: boolean,
): Promise<number | string> {
  const missing = reasonToSkip(golden);
  if (missing !== null) return missing;
  resetNames();
  const { class_name, config } = golden;
  const layer = deserialize_layer({ class_name, config: container.decode(config ?? null) });
  const bounds = layerBounds(golden);
  const replay = { golden, container, layer, compare: new Comparer(), bounds };
  buildLayer(replay);
  if (same) {
    checkConfig(replay);
    checkNames(replay);
  }
  checkShapes(replay);
  setWeights(replay);
  rows(golden.calls).forEach((call, i) => {
    tf.tidy(() => replayCall(replay, call, `call ${i}`));
  });
  if (bounds.note !== null) return bounds.note;
  return replay.compare.difference;
}

/** Why a record cannot be replayed, or null. */
export function reasonToSkip(golden: GoldenCase): string | null {
  const name = String(golden.class_name);
  if (!provided().layers().has(name)) return `no class ${name}`;
  return null;
}

/** Builds the layer by a symbolic call, or by a call on the first inputs where TensorFlow has none. */
export function buildLayer(replay: Replay): void {
  const { golden, layer, compare } = replay;
  const [call] = rows(golden.calls);
  if (golden.adapt !== undefined) adaptLayer(replay);
  if (call === undefined) return;
  if (golden.symbolic_output_shape === null) {
    tf.tidy(() => {
      const { inputs, kwargs } = argumentsOf(replay, call);
      layer.apply<Tensors>(inputs, kwargs);
    });
    return;
  }
  const given = symbolicInputs(golden);
  const { kwargs } = argumentsOf(replay, { ...call, inputs: [], input_masks: null });
  const outputs = layer.apply<Symbolic>(given, kwargs);
  const shapes = mapStructure<KerasTensor, Shape>(outputs, ({ shape }) => shape);
  const dtypes = mapStructure<KerasTensor, string>(outputs, ({ dtype }) => dtype);
  compare.equal('symbolic shape', shapes, golden.symbolic_output_shape);
  compare.equal('symbolic dtype', dtypes, golden.symbolic_output_dtype);
}

/** Symbolic inputs as the layer takes them: one, a list, or by their names. */
function symbolicInputs({ input_spec, inputs_are_list }: GoldenCase): Symbolic {
  const input = ({ shape, dtype }: Row): KerasTensor =>
    Input({ batch_shape: shape as Shape, dtype: String(dtype) });
  if (!Array.isArray(input_spec)) {
    const named = Object.entries(input_spec as Readonly<Record<string, Row>>);
    return Object.fromEntries(named.map(([name, spec]) => [name, input(spec)]));
  }
  const inputs = rows(input_spec).map(input);
  return inputs_are_list === true ? inputs : (inputs[0] as KerasTensor);
}

/** Lets a preprocessing layer learn its state and checks what it learnt. */
function adaptLayer({ golden, container, layer, compare }: Replay): void {
  if (!(layer instanceof PreprocessingLayer)) throw new Error('The layer cannot adapt.');
  const data = tensorOf(container.tensor([golden.adapt].flat()[0]));
  const { batch_size, steps } = (golden.adapt_kwargs ?? {}) as Row;
  layer.adapt(data, batch_size === undefined ? undefined : Number(batch_size), steps as null);
  if (golden.vocabulary !== undefined && 'get_vocabulary' in layer) {
    const { get_vocabulary } = layer as unknown as { get_vocabulary(): unknown };
    compare.equal('vocabulary', get_vocabulary.call(layer), golden.vocabulary);
  }
  if (golden.bin_boundaries !== undefined) {
    compare.equal('bin_boundaries', Reflect.get(layer, 'bin_boundaries'), golden.bin_boundaries);
  }
}

function checkConfig({ golden, layer, compare, container }: Replay): void {
  const decoded = container.decode(golden.config ?? null);
  compare.equal('config', plain(layer.get_config()), plain(decoded));
  compare.equal('supports_masking', layer.supports_masking, golden.supports_masking);
}

function checkShapes({ golden, layer, compare }: Replay): void {
  if (golden.compute_output_shape === null) return;
  const shapes = rows(golden.input_spec).map(({ shape }) => shape as Shape);
  const given = golden.inputs_are_list === true ? shapes : shapes[0];
  const found = layer.compute_output_shape(given as Shapes);
  compare.equal('compute_output_shape', found, golden.compute_output_shape);
}

function checkNames({ golden, layer, compare }: Replay): void {
  const names = rows(golden.weights).map(({ name }) => String(name).replace(':0', ''));
  compare.equal(
    'names of weights',
    layer.weights.map(({ name }) => name),
    names,
  );
}

/** Gives a layer the recorded weights and checks what they are. */
export function setWeights({ golden, layer, compare, container }: Replay): void {
  const wanted = rows(golden.weights);
  const found = layer.weights;
  const outline = ({ shape, dtype, trainable }: Row | Variable, like: Shape): unknown => ({
    // The summary of a discretization has an open size.
    shape: (shape as Shape).map((n, axis) => (like[axis] === null ? null : n)),
    dtype,
    trainable,
  });
  const shapes = wanted.map(({ shape }) => shape as Shape);
  compare.equal(
    'weights',
    found.map((variable, i) => outline(variable, shapes[i] ?? [])),
    wanted.map((row, i) => outline(row, shapes[i] ?? [])),
  );
  found.forEach((variable, i) => {
    variable.assign(container.tensor(wanted[i]?.value));
  });
  if (layer.stateful && 'reset_states' in layer) (layer as { reset_states(): void }).reset_states();
}

/** Uploads the inputs and keyword arguments of a call. */
export function argumentsOf(
  { golden, container }: Replay,
  call: Row,
): { inputs: Tensors; kwargs: Record<string, Nested<unknown>> } {
  const inputs = upload(container.decode(call.inputs ?? null)) as readonly tf.Tensor[];
  const masks = Array.isArray(call.input_masks) ? call.input_masks : [];
  masks.forEach((mask, i) => {
    const input = inputs[i];
    if (mask !== null && input) set_mask(input, tensorOf(container.tensor(mask)));
  });
  const kwargs = upload(container.decode(call.kwargs ?? null)) as Record<string, Nested<unknown>>;
  const single = golden.inputs_are_list !== true && Array.isArray(inputs);
  return { inputs: single ? (inputs[0] as tf.Tensor) : inputs, kwargs };
}

function upload(value: GoldenValue): Nested<unknown> {
  const dense = densified(value);
  if (dense !== null) return tensorOf(widened(dense));
  if (Array.isArray(value)) return value.map(upload);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, upload(item)]));
}

function replayCall(replay: Replay, call: Row, where: string): void {
  const { layer, container } = replay;
  const { inputs, kwargs } = argumentsOf(replay, call);
  const floats = (value: unknown): tf.Tensor[] =>
    flatten<unknown>(value as Nested<unknown>).filter(
      (each): each is tf.Tensor => each instanceof tf.Tensor && each.dtype === 'float32',
    );
  const keys = Object.keys(kwargs).sort();
  const variables = layer.trainable_weights;
  const sources = [
    ...floats(inputs),
    ...keys.flatMap((key) => floats(kwargs[key])),
    ...variables.map((variable) => variable.read()),
  ];
  const cotangents = rows(call.cotangents).map((reference) =>
    tensorOf(container.tensor(reference)),
  );
  let outputs: Tensors = [];
  let losses: number[] = [];
  const forward = (): tf.Scalar => {
    outputs = plainOutputs(layer.apply<Tensors>(inputs, kwargs));
    losses = layer.losses.map((loss) => loss.dataSync()[0] ?? Number.NaN);
    for (const output of flatten<tf.Tensor>(outputs)) {
      tf.keep(output);
      const mask = get_mask(output);
      if (mask !== null) tf.keep(mask);
    }
    const products = floats(outputs).map((output, i) =>
      tf.sum(tf.mul(output, cotangents[i] ?? tf.zerosLike(output))),
    );
    return products.reduce<tf.Tensor>((sum, each) => tf.add(sum, each), tf.scalar(0)) as tf.Scalar;
  };
  const traced = call.input_gradients !== undefined && sources.length > 0;
  const gradients = traced ? tf.engine().gradients(forward, sources, undefined, true).grads : [];
  if (!traced) forward();
  checkOutputs(replay, call, outputs, where);
  checkEffects(replay, call, losses, where);
  if (traced) checkGradients(replay, call, gradients, where);
  for (const output of flatten<tf.Tensor>(outputs)) output.dispose();
}

/** Outputs in which ragged tensors are lists of their values and where the rows start. */
function plainOutputs(outputs: Tensors): Tensors {
  return mapStructure<tf.Tensor | RaggedTensor, Tensors>(outputs, (output) =>
    output instanceof RaggedTensor
      ? [
          output.flat_values,
          ...output.nested_row_splits.map((splits) => tf.tensor1d(splits, 'int32')),
        ]
      : output,
  ) as Tensors;
}

function checkOutputs(replay: Replay, call: Row, outputs: Tensors, where: string): void {
  const { container, compare, bounds } = replay;
  const wanted = leaves(container.decode(call.outputs ?? null));
  const found = flatten<tf.Tensor>(outputs);
  compare.equal(`${where}: number of outputs`, found.length, wanted.length);
  found.forEach((output, i) => {
    compareTensor(replay, `${where}: output ${i}`, output, wanted[i], bounds.forward);
  });
  if (call.output_masks === undefined) return;
  const masks = [call.output_masks].flat();
  found.forEach((output, i) => {
    const mask = get_mask(output);
    const expected = masks[i] ?? null;
    compare.equal(`${where}: mask ${i} present`, mask !== null, expected !== null);
    if (mask === null || expected === null) return;
    compareTensor(replay, `${where}: mask ${i}`, mask, container.tensor(expected), {
      rtol: 0,
      atol: 0,
    });
  });
}

/** A half-precision record as float32; others unchanged. */
function widened(record: TensorRecord): TensorRecord {
  const { dtype, shape } = record;
  if (dtype !== 'float16' && dtype !== 'bfloat16') return record;
  return { dtype: 'float32', shape, data: Float32Array.from(flatOfRecord(record)) };
}

/** A recorded tensor; sparse ones with their zeros, since tfjs has no sparse tensors. */
function densified(value: GoldenValue): TensorRecord | null {
  if (isTensorRecord(value)) return value;
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind !== 'sparse' || !isTensorRecord(value.indices) || !isTensorRecord(value.values)) {
    return null;
  }
  const shape = value.denseShape as readonly number[];
  const data = new Float32Array(shape.reduce((size, n) => size * n, 1));
  const [places, numbers] = [flatOfRecord(value.indices), flatOfRecord(value.values)];
  numbers.forEach((number, i) => {
    const at = shape.reduce((sum, n, axis) => sum * n + (places[i * shape.length + axis] ?? 0), 0);
    data[at] = number;
  });
  return { dtype: 'float32', shape, data };
}

/** The tensors of a decoded structure. */
function leaves(value: GoldenValue): GoldenValue[] {
  const dense = densified(value);
  if (dense !== null || typeof value !== 'object' || value === null) return [dense ?? value];
  if ('kind' in value && value.kind === 'ragged')
    return [value.values, value.rowSplits].flatMap(leaves);
  return Object.values(value).flatMap(leaves);
}

function compareTensor(
  { compare }: Replay,
  what: string,
  found: tf.Tensor,
  wanted: unknown,
  bounds: LayerBounds['forward'],
): void {
  if (!isTensorRecord(wanted)) throw new Error(`${what}: the record is no dense tensor`);
  compare.equal(`${what} shape`, found.shape, wanted.shape);
  if (wanted.dtype === 'string') {
    const texts = wanted.data.map((bytes) => new TextDecoder().decode(bytes));
    compare.equal(what, Array.from(found.dataSync<'string'>()), texts);
    return;
  }
  compare.numbers(what, found.dataSync(), widened(wanted), bounds);
}

/** Checks losses, changed weights and states. */
function checkEffects(replay: Replay, call: Row, found: readonly number[], where: string): void {
  const { layer, container, compare, bounds } = replay;
  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const losses = sorted(found);
  const wanted = sorted(
    rows(call.losses).map((loss) => flatOfRecord(container.tensor(loss))[0] ?? Number.NaN),
  );
  compare.equal(`${where}: number of losses`, losses.length, wanted.length);
  losses.forEach((loss, i) => {
    compare.number(`${where}: loss ${i}`, loss, wanted[i] ?? Number.NaN, bounds.forward);
  });
  const after = Array.isArray(call.weights_after) ? call.weights_after : [];
  after.forEach((reference, i) => {
    const variable = layer.weights[i];
    if (reference === null || variable === undefined) return;
    const expected = container.tensor(reference);
    compare.numbers(
      `${where}: ${variable.name} after`,
      variable.values(),
      expected,
      bounds.forward,
    );
  });
  const states = Array.isArray(call.states_after) ? call.states_after : [];
  const own = (Reflect.get(layer, 'states') ?? []) as readonly Variable[];
  states.forEach((reference, i) => {
    const values = own[i]?.values() ?? [];
    const expected = widened(container.tensor(reference));
    compare.numbers(`${where}: state ${i}`, values, expected, bounds.forward);
  });
}

function checkGradients(
  replay: Replay,
  call: Row,
  gradients: readonly (tf.Tensor | undefined)[],
  where: string,
): void {
  const { container, compare, bounds } = replay;
  const flat = (value: Json | undefined): readonly Json[] =>
    typeof value === 'object' && value !== null ? Object.values(value) : [];
  const inputs = [call.inputs]
    .flat()
    .flatMap((input) =>
      input !== null && typeof input === 'object' && 'dtype' in input ? [input] : flat(input),
    );
  const isFloat = (reference: Json | undefined): boolean =>
    /float/.test(String((reference as Row | undefined)?.dtype));
  const forInputs = flat(call.input_gradients).filter((_, i) => isFloat(inputs[i]));
  const forKwargs = Object.entries((call.kwargs_gradients ?? {}) as Row)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, list]) => [list].flat());
  const forWeights = rows(call.weight_gradients);
  const wanted: [string, Json | undefined][] = [
    ...forInputs.map((value, i): [string, Json] => [`input ${i}`, value]),
    ...forKwargs.map((value, i): [string, Json | undefined] => [`argument ${i}`, value]),
    ...forWeights.map(({ name, value }): [string, Json | undefined] => [String(name), value]),
  ];
  compare.equal(`${where}: number of gradients`, gradients.length, wanted.length);
  wanted.forEach(([name, reference], i) => {
    const found = gradients[i];
    const what = `${where}: gradient by ${name}`;
    if (reference === null || reference === undefined) {
      const largest = found === undefined ? 0 : Math.max(0, ...found.dataSync().map(Math.abs));
      compare.equal(`${what} is none or zero`, largest, 0);
      return;
    }
    if (found === undefined) throw new Error(`${what}: none`);
    compareTensor(replay, what, found, container.tensor(reference), bounds.gradient);
  });
}

/** Drops what differs between the two forms in which Keras writes objects inside of configs, and the key order. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const object = 'class_name' in value;
  const entries = Object.entries(value).filter(
    ([key]) => !object || (key !== 'module' && key !== 'registered_name' && key !== 'build_config'),
  );
  return Object.fromEntries(
    entries.map(([key, item]) => [key, plain(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
