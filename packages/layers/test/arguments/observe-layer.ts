import * as tf from '@tensorflow/tfjs-core';
import { resetNames } from '../../src/engine/names.ts';
import {
  get_mask,
  Input,
  type KerasTensor,
  Layer,
  layers,
  type Nested,
  nest,
  RaggedTensor,
  type Symbolic,
  utils,
} from '../../src/index.ts';
import { PreprocessingLayer } from '../../src/layers/preprocessing/preprocessing-layer.ts';
import type { Args, Observation } from './subject.ts';

/** What a layer is called with. */
export interface Call {
  readonly inputs: () => unknown;
  readonly kwargs?: (layer: Layer) => Readonly<Record<string, unknown>>;
  /** What a preprocessing layer learns from; null for one that its arguments tell all. */
  readonly adapt?: (args: Args) => tf.Tensor | null;
}

function textOf(tensor: tf.Tensor): string {
  const numbers = [...tensor.dataSync()].map((value) =>
    typeof value === 'number' ? value.toPrecision(5) : value,
  );
  return `${tensor.dtype}[${tensor.shape.join()}] ${numbers.join()}`;
}

/** Tensors in a structure; of ragged ones the values and where the rows start. */
function tensorsIn(outputs: Nested<tf.Tensor | RaggedTensor>): tf.Tensor[] {
  return nest
    .flatten<tf.Tensor | RaggedTensor>(outputs)
    .flatMap((leaf) =>
      leaf instanceof RaggedTensor
        ? [leaf.flat_values, ...leaf.nested_row_splits.map((splits) => tf.tensor1d(splits))]
        : [leaf],
    );
}

function outputsOf(layer: Layer, { inputs, kwargs }: Call, training: boolean | null): string {
  const args = { ...kwargs?.(layer), ...(training === null ? {} : { training }) };
  const outputs = layer.apply(inputs() as tf.Tensor, args) as unknown as Nested<tf.Tensor>;
  const tensors = tensorsIn(outputs);
  const masks = tensors.map((output) => {
    const mask = get_mask(output);
    return mask === null ? '' : textOf(mask);
  });
  return [...tensors.map(textOf), ...masks].join('; ');
}

/** The shapes and dtypes that a functional model would have for the same inputs. */
function outlineOf(layer: Layer, { inputs }: Call): string {
  const given = inputs() as Nested<tf.Tensor>;
  const symbols = nest.mapStructure<tf.Tensor, KerasTensor>(given, ({ shape, dtype }) =>
    Input({ batch_shape: shape, dtype }),
  );
  const outputs = layer.apply<Symbolic>(symbols);
  return nest
    .flatten<KerasTensor>(outputs)
    .map(({ shape, dtype }) => `${dtype}[${shape.join()}]`)
    .join('; ');
}

function weightsOf(layer: Layer): string {
  return layer.weights
    .map((variable) => {
      const { name, shape, dtype, trainable } = variable;
      const values = [...variable.values()].map((value) => value.toPrecision(5));
      return `${name} ${dtype}[${shape.join()}] ${trainable} ${values.join()}`;
    })
    .join('; ');
}

function constrained(layer: Layer): string {
  return layer.weights
    .map((variable) =>
      variable.constraint === null ? '' : textOf(variable.constraint.call(variable.read())),
    )
    .join('; ');
}

/** Makes a layer and notes its config, weights, outputs in both modes, losses, masks and policy. */
export function observeLayer(className: string, args: Args, call: Call): Observation {
  resetNames();
  utils.set_random_seed(7);
  const owner = layers.builtinLayers().get(className);
  if (owner === undefined) throw new Error(`no class ${className}`);
  const layer: unknown = Reflect.construct(owner as unknown as new (config: Args) => unknown, [
    args,
  ]);
  if (!(layer instanceof Layer)) throw new Error(`${className} is no layer`);
  const seen = new Map<string, string>();
  tf.tidy(() => {
    const data = call.adapt?.(args) ?? null;
    if (data !== null && layer instanceof PreprocessingLayer) layer.adapt(data);
    seen.set('outputs', outputsOf(layer, call, null));
    seen.set('losses', layer.losses.map(textOf).join('; '));
    seen.set('weights', weightsOf(layer));
    seen.set('next outputs', outputsOf(layer, call, null));
    seen.set('trained outputs', outputsOf(layer, call, true));
    seen.set('changed weights', weightsOf(layer));
    seen.set('constrained weights', constrained(layer));
    seen.set('dtypes', `${layer.dtype} ${layer.compute_dtype}`);
    seen.set('name', layer.name);
    seen.set('trainable', `${layer.trainable} ${layer.trainable_weights.length}`);
    seen.set('input shape', JSON.stringify(layer._batch_input_shape));
    if (call.kwargs === undefined) seen.set('outline', outlineOf(layer, call));
    seen.set('config', JSON.stringify(layer.get_config()));
  });
  return seen;
}

/** Numbers that look random and are the same in each run. */
export function numbers(shape: readonly number[], offset: number = 0): tf.Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from(
    { length: size },
    (_, i) => Math.sin(i * 1.7 + offset + 1) * 1.3,
  );
  return tf.tensor(values, [...shape]);
}
