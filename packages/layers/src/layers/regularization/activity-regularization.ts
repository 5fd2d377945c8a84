import type * as tf from '@tensorflow/tfjs-core';
import { L1L2 } from '../../regularizers/index.ts';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `ActivityRegularization`. */
export interface ActivityRegularizationConfig extends Omit<LayerConfig, 'activity_regularizer'> {
  readonly l1?: number;
  readonly l2?: number;
}

/** Returns its input and adds a penalty on it to the losses. */
export class ActivityRegularization extends Layer {
  static override readonly className: string = 'ActivityRegularization';
  readonly l1: number;
  readonly l2: number;

  constructor(config: ActivityRegularizationConfig = {}) {
    const { l1 = 0, l2 = 0, ...rest } = config;
    super({ ...rest, activity_regularizer: new L1L2({ l1, l2 }) });
    this.supports_masking = true;
    this.l1 = l1;
    this.l2 = l2;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), l1: this.l1, l2: this.l2 };
  }
}
