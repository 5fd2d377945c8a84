import { InputSpec } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';
import { Dropout, type DropoutConfig } from './dropout.ts';

/** Arguments of `SpatialDropout3D`. */
export interface SpatialDropout3DConfig extends DropoutConfig {
  readonly data_format?: DataFormat | null;
}

/** Drops whole channels. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class SpatialDropout3D extends Dropout {
  static override readonly className: string = 'SpatialDropout3D';
  readonly data_format: DataFormat;

  constructor(config: SpatialDropout3DConfig) {
    const { data_format, ...rest } = config;
    super(rest);
    this.data_format = dataFormat(data_format);
    this.input_spec = new InputSpec({ ndim: 5 });
  }

  protected override noiseShape(shape: readonly number[]): number[] {
    const channels = this.data_format === 'channels_first' ? 1 : 4;
    return shape.map((n, axis) => (axis === 0 || axis === channels ? n : 1));
  }
}
