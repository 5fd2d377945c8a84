import type * as tf from '@tensorflow/tfjs-core';
import { Layer, type LayerConfig } from './layer.ts';
import type { Config, Shape } from './types.ts';

/** The arguments of `AddLoss`. */
export interface AddLossConfig extends LayerConfig {
  readonly unconditional?: boolean;
}

/** The layer that a functional model gets for a loss added to it; it gives its input back. */
export class AddLoss extends Layer {
  static override readonly className: string = 'AddLoss';
  readonly unconditional: boolean;

  constructor({ unconditional = false, ...config }: AddLossConfig = {}) {
    super({ ...config, autocast: false });
    this.unconditional = unconditional;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    this.add_loss(inputs);
    return inputs;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), unconditional: this.unconditional };
  }
}

/** The arguments of `AddMetric`. */
export interface AddMetricConfig extends LayerConfig {
  readonly aggregation?: 'mean' | null;
  readonly metric_name?: string;
}

/** The layer that a functional model gets for a metric added to it; it gives its input back. */
export class AddMetric extends Layer {
  static override readonly className: string = 'AddMetric';
  readonly aggregation: 'mean' | null;
  readonly metric_name: string;

  constructor({ aggregation = null, metric_name = 'metric', ...config }: AddMetricConfig = {}) {
    super(config);
    this.aggregation = aggregation;
    this.metric_name = metric_name;
  }

  override build(input_shape: Shape): void {
    this._make_metric(this.metric_name);
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    this.add_metric(inputs, this.metric_name);
    return inputs;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    const { aggregation, metric_name } = this;
    return { ...super.get_config(), aggregation, metric_name };
  }
}
