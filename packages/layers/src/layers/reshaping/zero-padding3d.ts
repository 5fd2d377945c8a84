import type { Config, LayerConfig } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';
import { BaseZeroPadding } from './base-zero-padding.ts';
import { type Border, type Borders, borders } from './borders.ts';

/** Arguments of `ZeroPadding3D`; three numbers are symmetric borders, three pairs the two ends. */
export interface ZeroPadding3DConfig extends LayerConfig {
  readonly padding?: Borders;
  readonly data_format?: DataFormat | null;
}

/** Adds zeros at the ends of the spatial axes. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class ZeroPadding3D extends BaseZeroPadding {
  static override readonly className: string = 'ZeroPadding3D';
  readonly padding: readonly Border[];
  readonly data_format: DataFormat;

  constructor(config: ZeroPadding3DConfig = {}) {
    const { padding, data_format, ...rest } = config;
    const format = dataFormat(data_format);
    const ends = borders(padding ?? 1, 3, 'padding');
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
