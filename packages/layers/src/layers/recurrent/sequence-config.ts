import * as tf from '@tensorflow/tfjs-core';
import { flatten, isShape } from '../../engine/nest.ts';
import type { LayerConfig, Masks, Shape } from '../base.ts';

/** Arguments of the recurrent layers, besides the cell. */
export interface SequenceConfig extends LayerConfig {
  /** True: the outputs of all steps; false: the last one. */
  readonly return_sequences?: boolean;
  /** True: the states after the last step come with the output. */
  readonly return_state?: boolean;
  readonly go_backwards?: boolean;
  /** True: the states of a batch are where the next batch starts. */
  readonly stateful?: boolean;
  /** Hint for TensorFlow to unroll the loop; results do not depend on it. */
  readonly unroll?: boolean;
  /** True: the first axis is the time, the second the batch. */
  readonly time_major?: boolean;
  /** True: masked steps give zeros; false: they repeat the output before. */
  readonly zero_output_for_mask?: boolean;
  readonly input_length?: number | null;
  readonly num_constants?: number;
}

/** Turns `input_length` and `input_dim` into an input shape, as Keras does for sequences. */
export function sequenceShape(
  config: LayerConfig & { readonly input_length?: number | null },
): LayerConfig {
  const { input_length, input_dim, ...rest } = config;
  const sized = rest.input_shape !== undefined || rest.batch_input_shape !== undefined;
  if (sized || (input_length === undefined && input_dim === undefined)) return rest;
  return { ...rest, input_shape: [input_length ?? null, input_dim ?? null] };
}

/** Returns the shape of the sequence, where initial states come with it. */
export function firstShape(input_shape: Shape | readonly Shape[]): Shape {
  return isShape(input_shape) ? input_shape : (input_shape[0] ?? []);
}

/** Returns the mask of the sequence. */
export function firstMask(mask: Masks | null): tf.Tensor | null {
  const [first] = mask === null ? [] : flatten<tf.Tensor | null>(mask);
  return first instanceof tf.Tensor ? first : null;
}
