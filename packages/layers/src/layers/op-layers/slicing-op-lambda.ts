import type * as tf from '@tensorflow/tfjs-core';
import type { CallArgs, Config, Layer } from '../base.ts';
import { raggedSubscript } from './ragged-subscript.ts';
import { requireRagged } from './ragged-symbols.ts';
import { booleanMask } from './selection-symbols.ts';
import { completeParts, subscript } from './subscript.ts';
import { type SymbolFunction, toOperand } from './symbol-args.ts';
import { TFOpLambda, type TFOpLambdaConfig } from './tf-op-lambda.ts';

/** Applies `x[…]` of Python, described by the argument `slice_spec` of the call, or `tf.boolean_mask`. */
export class SlicingOpLambda extends TFOpLambda {
  static override readonly className: string = 'SlicingOpLambda';

  constructor(config: TFOpLambdaConfig) {
    const masks = config.function.endsWith('boolean_mask');
    super({ ...config, implementation_of: masks ? booleanMask : slice });
  }

  override call(inputs: tf.Tensor, args: CallArgs): ReturnType<TFOpLambda['call']> {
    if (this.function.endsWith('ragged_getitem')) {
      const x = requireRagged(inputs, this.name);
      return raggedSubscript(x, args.key) as unknown as tf.Tensor;
    }
    return super.call(inputs, args);
  }

  static override from_config(config: Config): Layer {
    return new SlicingOpLambda(config as unknown as TFOpLambdaConfig);
  }
}

const slice: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  return subscript(x, completeParts(args.raw('slice_spec'), x.rank));
};
