import { InputSpec } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';
import { Dropout, type DropoutConfig } from './dropout.ts';

/** Arguments of `SpatialDropout2D`. */
export interface SpatialDropout2DConfig extends DropoutConfig {
  readonly data_format?: DataFormat | null;
}

/** Drops whole channels. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class SpatialDropout2D extends Dropout {
  static override readonly className: string = 'SpatialDropout2D';
  readonly data_format: DataFormat;

  constructor(config: SpatialDropout2DConfig) {
    const { data_format, ...rest } = config;
    super(rest);
    this.data_format = dataFormat(data_format);
    this.input_spec = new InputSpec({ ndim: 4 });
  }

  protected override noiseShape(shape: readonly number[]): number[] {
    const channels = this.data_format === 'channels_first' ? 1 : 3;
    return shape.map((n, axis) => (axis === 0 || axis === channels ? n : 1));
  }
}
