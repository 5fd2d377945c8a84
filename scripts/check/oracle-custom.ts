import {
  type CallArgs,
  type CustomObjects,
  Layer,
  type LayerConfig,
  layers,
  Model,
  type Variable,
} from '@km/keras';
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

interface CustomModelConfig extends LayerConfig {
  readonly hidden?: readonly number[];
}

/** The subclassed model of the kit: dense layers, dropout, and a head. */
class CustomModel extends Model {
  static override readonly className: string = 'CustomModel';
  readonly blocks: Layer[];
  readonly drop: Layer = new layers.Dropout({ rate: 0.3, name: 'drop' });
  readonly head: Layer = new layers.Dense({ units: 2, name: 'head' });

  constructor({ hidden = [8, 6], ...rest }: CustomModelConfig = {}) {
    super(rest);
    this.blocks = hidden.map(
      (units, k) => new layers.Dense({ units, activation: 'relu', name: `block${k}` }),
    );
  }

  override call(inputs: tf.Tensor, args?: CallArgs): tf.Tensor {
    const hidden = this.blocks.reduce((x, block) => block.apply<tf.Tensor>(x), inputs);
    const dropped = this.drop.apply<tf.Tensor>(hidden, { training: args?.training ?? false });
    return this.head.apply<tf.Tensor>(dropped);
  }
}

/** Classes and functions that the kit's models need besides the built-in ones. */
export function customObjects(name: string): CustomObjects {
  switch (name) {
    case 'custom_layer':
      return { ScaledShift };
    case 'lambda':
      return { fn: (x: tf.Tensor) => tf.sub(tf.mul(x, 2), 1) } as CustomObjects;
    case 'subclassed':
      return { CustomModel };
    default:
      return {};
  }
}
