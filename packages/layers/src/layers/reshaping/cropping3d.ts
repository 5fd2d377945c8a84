import type { Config, LayerConfig } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';
import { BaseCropping } from './base-cropping.ts';
import { type Border, type Borders, borders } from './borders.ts';

/** Arguments of `Cropping3D`; three numbers are symmetric borders, three pairs the two ends. */
export interface Cropping3DConfig extends LayerConfig {
  readonly cropping?: Borders;
  readonly data_format?: DataFormat | null;
}

/** Cuts the ends of the spatial axes. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class Cropping3D extends BaseCropping {
  static override readonly className: string = 'Cropping3D';
  readonly cropping: readonly Border[];
  readonly data_format: DataFormat;

  constructor(config: Cropping3DConfig = {}) {
    const { cropping, data_format, ...rest } = config;
    const format = dataFormat(data_format);
    const ends = borders(cropping ?? 1, 3, 'cropping');
    super(ends, format === 'channels_first', rest);
    this.cropping = ends;
    this.data_format = format;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      cropping: this.cropping.map((ends) => [...ends]),
      data_format: this.data_format,
    };
  }
}
