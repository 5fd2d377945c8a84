/** A layer of an own class, and a model around layers, for tests of what comes back without their classes. */
import { Input, Layer, layers, Model, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

/** Doubles its outputs while training, adds a loss and a penalty. */
export class Weighing extends Layer {
  static override readonly className: string = 'Weighing';
  kernel: Variable | null = null;

  override build(input_shape: readonly (number | null)[]): void {
    const shape = [input_shape.at(-1) ?? 1];
    this.kernel = this.add_weight({ name: 'kernel', shape, regularizer: 'l2' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, { training }: { readonly training: boolean }): tf.Tensor {
    if (this.kernel === null) throw new Error('not built');
    const outputs = tf.mul(inputs, this.kernel.read());
    this.add_loss(tf.mean(tf.abs(outputs)));
    return training ? tf.mul(outputs, 2) : outputs;
  }
}

/** Inputs [2, 3]. */
export const x = (): tf.Tensor => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

/** Targets [2, 2]. */
export const y = (): tf.Tensor => tf.tensor2d([1, 0, 0, 1], [2, 2]);

/** A functional model of the layer and a dense one. */
export function functional(layer: Layer): Model {
  const input = Input({ shape: [3], name: 'x' });
  const outputs = new layers.Dense({ units: 2, name: 'head' }).apply(layer.apply(input));
  return new Model({ inputs: input, outputs, name: 'around' });
}
