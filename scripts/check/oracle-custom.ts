import { type CustomObjects, Layer, type LayerConfig, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

interface ScaledShiftConfig extends LayerConfig {
  readonly units?: number;
  readonly power?: number;
}

/** The custom layer of the kit's models: softsign(x · w · power + shift) · frozen. */
class ScaledShift extends Layer {
  static override readonly className: string = 'ScaledShift';
  readonly units: number;
  readonly power: number;
  w: Variable | null = null;
  shift: Variable | null = null;
  frozen: Variable | null = null;

  constructor({ units = 4, power = 1, ...rest }: ScaledShiftConfig = {}) {
    super(rest);
    this.units = units;
    this.power = power;
  }

  override build(input_shape: readonly (number | null)[]): void {
    const { units } = this;
    const width = input_shape.at(-1) ?? 1;
    this.w = this.add_weight({ name: 'w', shape: [width, units], initializer: 'ones' });
    this.shift = this.add_weight({ name: 'shift', shape: [units], initializer: 'zeros' });
    this.frozen = this.add_weight({
      name: 'frozen',
      shape: [units],
      initializer: 'ones',
      trainable: false,
    });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const { w, shift, frozen } = this;
    if (w === null || shift === null || frozen === null) throw new Error('not built');
    const x = tf.add(
      tf.mul(tf.matMul(inputs as tf.Tensor2D, w.read() as tf.Tensor2D), this.power),
      shift.read(),
    );
    return tf.mul(tf.div(x, tf.add(tf.abs(x), 1)), frozen.read());
  }

  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), units: this.units, power: this.power };
  }
}

/** Classes and functions that the kit's models need besides the built-in ones. */
export function customObjects(name: string): CustomObjects {
  switch (name) {
    case 'custom_layer':
      return { ScaledShift };
    case 'lambda':
      return { fn: (x: tf.Tensor) => tf.sub(tf.mul(x, 2), 1) } as CustomObjects;
    default:
      return {};
  }
}
