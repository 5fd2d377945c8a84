import * as tf from '@tensorflow/tfjs-core';
import { inCall } from '../../engine/call-context.ts';
import type { KerasTensor, Symbolic } from '../../engine/keras-tensor.ts';
import {
  type ApplyArgs,
  type CallArgs,
  type Config,
  Layer,
  type LayerConfig,
  type Shape,
  type Tensors,
} from '../base.ts';
import { CounterGenerator } from './counter-generator.ts';
import { onImages } from './smart-resize.ts';

/** Arguments that the layers share which change images at random in training. */
export interface RandomImageConfig extends LayerConfig {
  readonly seed?: number | null;
}

/** Base of the layers that change images at random in training; called by themselves, they train. */
export abstract class RandomImageLayer extends Layer {
  readonly seed: number | null;
  protected readonly random: CounterGenerator;

  constructor(config: RandomImageConfig) {
    const { seed, ...rest } = config;
    super(rest);
    this.seed = seed ?? null;
    this.random = new CounterGenerator(this.seed);
  }

  /**
   * Changes a batch of images.
   *
   * @param single True if the layer was called with one image without a batch.
   */
  protected abstract change(images: tf.Tensor, single: boolean): tf.Tensor;

  override apply<O extends Symbolic = KerasTensor>(inputs: Symbolic, args?: ApplyArgs): O;
  override apply<O extends Tensors = tf.Tensor>(inputs: Tensors, args?: ApplyArgs): O;
  override apply(inputs: Symbolic | Tensors, args: ApplyArgs = {}): Symbolic | Tensors {
    const alone = inputs instanceof tf.Tensor && !inCall();
    const training = args.training ?? (alone ? true : undefined);
    return super.apply(inputs as Symbolic, training === undefined ? args : { ...args, training });
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const x = tf.cast(inputs, 'float32');
    return args.training ? onImages(x, (images) => this.change(images, x.rank === 3)) : x;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), seed: this.seed };
  }
}

/** A number r for the range −r…r, or the two ends. */
export type Factor = number | readonly number[];

/** Returns the ends of a range. */
export function rangeOf(factor: Factor, name: string): readonly [number, number] {
  const [low, high] = typeof factor === 'number' ? [-factor, factor] : factor;
  if (low !== undefined && high !== undefined && low <= high) return [low, high];
  throw new RangeError(
    `${name} is a number or two in ascending order, not ${JSON.stringify(factor)}.`,
  );
}
