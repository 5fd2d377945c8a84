import type { Config, LayerConfig } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { type Border, type Borders, borders } from './borders.ts';

/** Arguments of `ZeroPadding2D`; two numbers are symmetric borders, two pairs the two ends. */
export interface ZeroPadding2DConfig extends LayerConfig {
  readonly padding?: Borders;
  readonly data_format?: DataFormat | null;
}

/** Adds zeros at the ends of the spatial axes. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class ZeroPadding2D extends BaseZeroPadding {
  static override readonly className: string = 'ZeroPadding2D';
  readonly padding: readonly Border[];
  readonly data_format: DataFormat;

  constructor(config: ZeroPadding2DConfig = {}) {
    const { padding, data_format, ...rest } = config;
    const format = dataFormat(data_format);
    const ends = borders(padding ?? 1, 2, 'padding');
    super(ends, format === 'channels_first', rest);
    this.padding = ends;
    this.data_format = format;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      padding: this.padding.map((ends) => [...ends]),
      data_format: this.data_format,
    };
  }
}
