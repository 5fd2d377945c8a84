import { InputSpec } from '../base.ts';
import { Dropout, type DropoutConfig } from './dropout.ts';

/** Drops whole features of a sequence. Input shape: `[batch, steps, features]`. */
export class SpatialDropout1D extends Dropout {
  static override readonly className: string = 'SpatialDropout1D';

  constructor(config: DropoutConfig) {
    super(config);
    this.input_spec = new InputSpec({ ndim: 3 });
  }

  protected override noiseShape([batch = 1, , features = 1]: readonly number[]): number[] {
    return [batch, 1, features];
  }
}
