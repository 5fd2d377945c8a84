import { isTracing, resizeImages } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { is_keras_tensor, KerasTensor, type Symbolic } from '../../engine/keras-tensor.ts';
import type { ApplyArgs, Config, Shape } from '../base.ts';
import { oneOf } from '../sizes.ts';
import { INTERPOLATIONS, type Interpolation } from './interpolations.ts';
import {
  type Factor,
  type RandomImageConfig,
  RandomImageLayer,
  rangeOf,
} from './random-image-layer.ts';
import { tracedResize } from './traced-resize.ts';

/** Arguments of `RandomHeight` and `RandomWidth`. */
export interface RandomSizeConfig extends RandomImageConfig {
  readonly factor: Factor;
  readonly interpolation?: Interpolation;
}

/** Base of the layers that stretch a batch along one axis. */
export abstract class RandomSizeLayer extends RandomImageLayer {
  readonly factor: Factor;
  readonly interpolation: Interpolation;
  /** −3 for the height, −2 for the width. */
  readonly #axis: -3 | -2;

  constructor(axis: -3 | -2, config: RandomSizeConfig) {
    const { factor, interpolation, ...rest } = config;
    super(rest);
    rangeOf(factor, 'factor');
    this.#axis = axis;
    this.factor = factor;
    this.interpolation = oneOf(interpolation ?? 'bilinear', INTERPOLATIONS, 'interpolation');
  }

  protected change(images: tf.Tensor): tf.Tensor {
    const [low, high] = rangeOf(this.factor, 'factor');
    const [, height = 1, width = 1] = images.shape;
    if (isTracing()) {
      const drawn = this.random.uniform([], 1 + low, 1 + high);
      return tracedResize(images, this.#axis, drawn, this.interpolation);
    }
    const [drawn = 1] = this.random.numbers(1, 1 + low, 1 + high);
    const size = (length: number): number => Math.trunc(Math.fround(drawn * length));
    const target: [number, number] =
      this.#axis === -3 ? [size(height), width] : [height, size(width)];
    return resizeImages(images, target, { method: this.interpolation });
  }

  /** Outside of training, the size is known. */
  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    if (args.training !== false || !is_keras_tensor(inputs)) {
      return super._infer_outputs(inputs, args);
    }
    const dtype = this.compute_dtype ?? inputs.dtype;
    return new KerasTensor({ shape: inputs.shape, dtype, name: this.name });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const open = input_shape.length + this.#axis;
    return input_shape.map((n, axis) => (axis === open ? null : n));
  }

  override get_config(): Config {
    const { factor, interpolation } = this;
    return { ...super.get_config(), factor, interpolation };
  }
}
