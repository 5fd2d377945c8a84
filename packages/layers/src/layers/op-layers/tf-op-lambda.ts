import { UnsupportedError } from '@km/core';
import { deviceDType } from '../../engine/flat.ts';
import { is_keras_tensor, type KerasTensor, type Symbolic } from '../../engine/keras-tensor.ts';
import { uniqueName } from '../../engine/names.ts';
import { flatten, packAs } from '../../engine/nest.ts';
import { isDType } from '../../engine/policy.ts';
import { get_registered_object } from '../../engine/registry.ts';
import {
  type ApplyArgs,
  type CallArgs,
  type Config,
  type CustomObjects,
  Layer,
  type LayerConfig,
  type Tensors,
} from '../base.ts';
import { hasComplex, onComplex } from './complex-symbols.ts';
import { fitOpenAxes } from './fit-open-axes.ts';
import { choosesTexts, onTexts, takesTexts } from './moved-texts.ts';
import { onRagged, takesRagged } from './ragged-symbols.ts';
import { resultType } from './result-types.ts';
import { standInsMade } from './shape-values.ts';
import { SymbolArgs, type SymbolFunction } from './symbol-args.ts';
import { symbolTable } from './symbol-table.ts';

/** Arguments of `TFOpLambda`. */
export interface TFOpLambdaConfig extends LayerConfig {
  /** Name of a function of TensorFlow without `tf.`, such as `math.multiply`. */
  readonly function: string;
  /** What computes it, where this package does not know the name. */
  readonly implementation_of?: SymbolFunction;
}

/**
 * Applies a function of TensorFlow; Keras makes such a layer where a model calls one on symbolic tensors.
 * The call takes the function's first argument, and the others by their names.
 */
export class TFOpLambda extends Layer {
  static override readonly className: string = 'TFOpLambda';
  readonly function: string;
  readonly #fn: SymbolFunction;
  /** Dtype of Keras of the input of the last symbolic call, which tfjs may hold as another one. */
  #inputType: string | null = null;

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
    const { training: _t, mask, name: _n, ...rest } = args;
    // The mask of the inputs is no argument of a function, but for the one that has an argument of this name.
    const given = this.function.endsWith('boolean_mask') ? { ...rest, mask } : rest;
    const plain = this.function.replace(/^compat\.v[12]\./, '');
    if (takesRagged(inputs, given)) return onRagged(plain, this.#fn, inputs, given);
    if (hasComplex(inputs, given)) return onComplex(plain, this.#fn, inputs, given);
    if (takesTexts(plain, inputs) || choosesTexts(plain, given)) {
      return onTexts(plain, this.#fn, inputs, given);
    }
    return this.#fn(inputs, new SymbolArgs(given, this.#inputType));
  }

  /** Where stand-ins for open axes do not fit, the axes of the other operands tell their sizes. */
  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    try {
      return this.#infer(inputs, args);
    } catch (error) {
      const fitted = fitOpenAxes(inputs, args);
      if (fitted === null) throw error;
      return this.#infer(fitted.inputs, fitted.args);
    }
  }

  /** Where lengths are computed, two runs with different stand-ins tell which ones are open. */
  #infer(inputs: unknown, args: ApplyArgs): Symbolic {
    const [given] = flatten<unknown>(inputs as Tensors).filter(is_keras_tensor);
    this.#inputType = given?.dtype ?? null;
    const made = standInsMade();
    const type = resultType(this.function, args);
    const first = typed(super._infer_outputs(inputs, args), type);
    if (standInsMade() === made) return first;
    const others = flatten<KerasTensor>(super._infer_outputs(inputs, args));
    const merged = flatten<KerasTensor>(first).map((output, i) => {
      const other = others[i]?.shape ?? [];
      const shape = output.shape.map((size, axis) => (size === other[axis] ? size : null));
      return output.with({ shape });
    });
    return packAs<KerasTensor, KerasTensor>(first, merged) as Symbolic;
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

/** Outputs with the dtype that TensorFlow gives them, where tfjs holds it as another one. */
function typed(outputs: Symbolic, dtype: unknown): Symbolic {
  if (typeof dtype !== 'string' || !isDType(dtype)) return outputs;
  const list = flatten<KerasTensor>(outputs).map((output) =>
    output.dtype !== dtype && deviceDType(output.dtype) === deviceDType(dtype)
      ? output.with({ dtype })
      : output,
  );
  return packAs<KerasTensor, KerasTensor>(outputs, list) as Symbolic;
}

function knownSymbol(symbol: string, layer: string): SymbolFunction {
  // Keras names many functions of TensorFlow 2 by those of TensorFlow 1 that they replace.
  const plain = symbol.replace(/^compat\.v[12]\./, '');
  const found = symbolTable().get(plain) ?? symbolTable().get(`math.${plain}`);
  if (found !== undefined) return found;
  throw new UnsupportedError(
    `Layer '${layer}' applies tf.${symbol}, which is not known here. Pass a function (input, args) in custom_objects under the name 'tf.${symbol}'.`,
    { path: layer },
  );
}
