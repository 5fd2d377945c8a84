import type { Config, LayerConfig } from '../base.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { type Border, border } from './borders.ts';

/** Arguments of `ZeroPadding1D`; two numbers are the two ends. */
export interface ZeroPadding1DConfig extends LayerConfig {
  readonly padding?: number | readonly number[];
}

/** Adds zeros at the ends of the spatial axes. Input shape: `[batch, steps, features]`. */
export class ZeroPadding1D extends BaseZeroPadding {
  static override readonly className: string = 'ZeroPadding1D';
  readonly padding: Border;

  constructor(config: ZeroPadding1DConfig = {}) {
    const { padding, ...rest } = config;
    const ends = border(padding ?? 1, 'padding');
    super([ends], false, rest);
    this.padding = ends;
  }

  override get_config(): Config {
    return { ...super.get_config(), padding: [...this.padding] };
  }
}
