import type { Config } from '../engine/types.ts';
import { check_keys } from '../losses/arguments.ts';
import type { LossFn } from '../losses/loss.ts';
import { MeanMetricWrapper } from './mean.ts';
import type { MetricConfig } from './metric.ts';

/** What a built-in mean metric is made of. */
export interface WrappedFunction {
  readonly fn: LossFn;
  /** Name of the metric unless its configuration gives one. */
  readonly name: string;
  /** The function's keyword arguments as the configuration notes them. */
  readonly kwargs?: Record<string, unknown>;
}

/** Base of the built-in metrics that average a function. */
export class WrappedMetric extends MeanMetricWrapper {
  static override readonly className: string = 'MeanMetricWrapper';

  /** @throws TypeError for a key that the metric does not take. */
  constructor(config: MetricConfig, { fn, name, kwargs = {} }: WrappedFunction) {
    check_keys(new.target.className, config, ['name', 'dtype', ...Object.keys(kwargs)]);
    super({ name: config.name ?? name, dtype: config.dtype ?? null, fn, fn_name: name, kwargs });
  }

  override get_config(): Config {
    const { fn: _, ...config } = super.get_config();
    return config;
  }
}
