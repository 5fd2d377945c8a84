import type { DType } from '@km/core';
import { KerasTensor } from './keras-tensor.ts';
import { Layer } from './layer.ts';
import { uniqueName } from './names.ts';
import { Node } from './node.ts';
import { floatx, isDType } from './policy.ts';
import type { Config, Shape } from './types.ts';

/** The arguments of an input of a model. */
export interface InputLayerConfig {
  /** Shape of one example, without the batch axis. */
  readonly input_shape?: Shape | undefined;
  readonly batch_size?: number | null | undefined;
  /** Shape with the batch axis; stands for `input_shape` and `batch_size`. */
  readonly batch_input_shape?: Shape | undefined;
  readonly dtype?: string | null | undefined;
  readonly sparse?: boolean | null | undefined;
  readonly ragged?: boolean | null | undefined;
  readonly name?: string | null | undefined;
}

/** @throws TypeError that names an argument which describes inputs that tfjs does not have. */
function checkGiven(config: object): void {
  for (const key of ['input_tensor', 'type_spec']) {
    if ((Reflect.get(config, key) ?? null) === null) continue;
    throw new TypeError(`InputLayer takes no ${key}: give the shape and the dtype.`);
  }
}

function fullShape(config: InputLayerConfig): Shape {
  const { input_shape, batch_input_shape, batch_size } = config;
  if (batch_input_shape !== undefined) {
    if (input_shape === undefined) return batch_input_shape;
    throw new TypeError(
      'Only provide the input_shape OR batch_input_shape argument to InputLayer, not both at the same time.',
    );
  }
  return [batch_size ?? null, ...(input_shape ?? [])];
}

/** Where data enters a functional or sequential model. */
export class InputLayer extends Layer {
  static override readonly className: string = 'InputLayer';
  readonly sparse: boolean;
  readonly ragged: boolean;
  readonly #dtype: DType;

  /** @throws TypeError for an unknown dtype or two statements of the shape. */
  constructor(config: InputLayerConfig = {}) {
    checkGiven(config);
    const dtype = config.dtype ?? floatx();
    if (!isDType(dtype)) throw new TypeError(`Unknown dtype of an input: ${dtype}`);
    const shape = fullShape(config);
    super({
      name: config.name ?? uniqueName('input', { zeroBased: false }),
      dtype,
      batch_input_shape: shape,
    });
    this.#dtype = dtype;
    this.sparse = config.sparse ?? false;
    this.ragged = config.ragged ?? false;
    this.supports_masking = true;
    this.built = true;
    const { name, sparse, ragged } = this;
    const output = new KerasTensor({ shape, dtype, name, sparse, ragged });
    new Node(this, undefined, {}, output);
  }

  override get_config(): Config {
    return {
      batch_input_shape: this._batch_input_shape,
      dtype: this.#dtype,
      sparse: this.sparse,
      ragged: this.ragged,
      name: this.name,
    };
  }
}

/** The arguments of `Input`. */
export interface InputConfig {
  /** Shape of one example, without the batch axis. */
  readonly shape?: Shape | undefined;
  readonly batch_size?: number | null | undefined;
  /** Shape with the batch axis; stands for `shape` and `batch_size`. */
  readonly batch_shape?: Shape | undefined;
  readonly name?: string | null | undefined;
  readonly dtype?: string | null | undefined;
  readonly sparse?: boolean | null | undefined;
  readonly ragged?: boolean | null | undefined;
}

/** Makes a symbolic tensor that stands for an input of a model. */
export function Input(config: InputConfig): KerasTensor {
  const { shape, batch_shape, ...rest } = config;
  if (shape === undefined && batch_shape === undefined) {
    throw new TypeError(
      'Please provide to Input a `shape` argument. Note that `shape` does not include the batch dimension.',
    );
  }
  const layer = new InputLayer({ ...rest, input_shape: shape, batch_input_shape: batch_shape });
  return layer.output as KerasTensor;
}
