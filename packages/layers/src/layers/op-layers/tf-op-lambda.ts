import { UnsupportedError } from '@km/core';
import { uniqueName } from '../../engine/names.ts';
import { get_registered_object } from '../../engine/registry.ts';
import {
  type CallArgs,
  type Config,
  type CustomObjects,
  Layer,
  type LayerConfig,
  type Tensors,
} from '../base.ts';
import { arraySymbols } from './array-symbols.ts';
import { mathSymbols } from './math-symbols.ts';
import { nnSymbols } from './nn-symbols.ts';
import { reductionSymbols } from './reduction-symbols.ts';
import { SymbolArgs, type SymbolFunction } from './symbol-args.ts';

/** Arguments of `TFOpLambda`. */
export interface TFOpLambdaConfig extends LayerConfig {
  /** Name of a function of TensorFlow without `tf.`, such as `math.multiply`. */
  readonly function: string;
  /** What computes it, where this package does not know the name. */
  readonly implementation_of?: SymbolFunction;
}

/** Returns the functions of TensorFlow that are known, by their names without `tf.`. */
export function symbolTable(): ReadonlyMap<string, SymbolFunction> {
  return new Map([...mathSymbols(), ...reductionSymbols(), ...arraySymbols(), ...nnSymbols()]);
}

/**
 * Applies a function of TensorFlow; Keras makes such a layer where a model calls one on symbolic tensors.
 * The call takes the function's first argument, and the others by their names.
 */
export class TFOpLambda extends Layer {
  static override readonly className: string = 'TFOpLambda';
  readonly function: string;
  readonly #fn: SymbolFunction;

  constructor(config: TFOpLambdaConfig) {
    const { function: symbol, implementation_of, ...rest } = config;
    super({ ...rest, name: rest.name ?? uniqueName(`tf.${symbol}`) });
    this.function = symbol;
    this.#fn = implementation_of ?? knownSymbol(symbol, this.name);
  }

  /** Calls are saved as they were made: one tensor without a list around it. */
  override get _preserve_input_structure_in_config(): boolean {
    return true;
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    const { training: _t, mask: _m, name: _n, ...rest } = args;
    return this.#fn(inputs, new SymbolArgs(rest));
  }

  override get_config(): Config {
    return { ...super.get_config(), function: this.function };
  }

  /** A function under the symbol's name, with or without `tf.`, in `custom_objects` takes the place of the built-in one. */
  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const symbol = String(config.function);
    const own =
      get_registered_object(symbol, custom_objects) ??
      get_registered_object(`tf.${symbol}`, custom_objects);
    const given = { ...config, function: symbol };
    if (typeof own !== 'function') return new TFOpLambda(given);
    const implementation_of = own as unknown as SymbolFunction;
    return new TFOpLambda({ ...given, implementation_of });
  }
}

function knownSymbol(symbol: string, layer: string): SymbolFunction {
  const found = symbolTable().get(symbol);
  if (found !== undefined) return found;
  throw new UnsupportedError(
    `Layer '${layer}' applies tf.${symbol}, which is not known here. Pass a function (input, args) in custom_objects under the name 'tf.${symbol}'.`,
    { path: layer },
  );
}
