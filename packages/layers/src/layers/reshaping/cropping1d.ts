import type { Config, LayerConfig } from '../base.ts';
import { BaseCropping } from './base-cropping.ts';
import { type Border, border } from './borders.ts';

/** Arguments of `Cropping1D`; two numbers are the two ends. */
export interface Cropping1DConfig extends LayerConfig {
  readonly cropping?: number | readonly number[];
}

/** Cuts the ends of the spatial axes. Input shape: `[batch, steps, features]`. */
export class Cropping1D extends BaseCropping {
  static override readonly className: string = 'Cropping1D';
  readonly cropping: Border;

  constructor(config: Cropping1DConfig = {}) {
    const { cropping, ...rest } = config;
    const ends = border(cropping ?? 1, 'cropping');
    super([ends], false, rest);
    this.cropping = ends;
  }

  override get_config(): Config {
    return { ...super.get_config(), cropping: [...this.cropping] };
  }
}
