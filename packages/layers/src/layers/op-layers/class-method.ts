import type { KerasTensor, Symbolic } from '../../engine/keras-tensor.ts';
import { uniqueName } from '../../engine/names.ts';
import { kerasTensorsIn } from '../../engine/node.ts';
import { withObjects } from '../../engine/rows.ts';
import {
  type ApplyArgs,
  type CallArgs,
  type Config,
  Layer,
  type LayerConfig,
  type Shape,
  type Tensors,
} from '../base.ts';
import { unknownMember } from './member-layer.ts';
import { inOrder, MAKERS } from './ragged-members.ts';

/** Arguments of `ClassMethod`. */
export interface ClassMethodConfig extends LayerConfig {
  /** Name of a class of TensorFlow without `tf.`; `RaggedTensor`. */
  readonly cls_symbol: string;
  /** Name of the function that makes an object of the class, such as `from_row_splits`. */
  readonly method_name: string;
}

/**
 * Makes a ragged tensor of tensors; Keras makes such a layer where a model does.
 * A call takes a list of the function's arguments, and those with names in `kwargs`.
 */
export class ClassMethod extends Layer {
  static override readonly className: string = 'ClassMethod';
  readonly cls_symbol: string;
  readonly method_name: string;

  constructor(config: ClassMethodConfig) {
    const { cls_symbol, method_name, ...rest } = config;
    super({ ...rest, name: rest.name ?? uniqueName(`tf.${cls_symbol}.${method_name}`) });
    this.cls_symbol = cls_symbol;
    this.method_name = method_name;
    if (cls_symbol !== 'RaggedTensor' || !MAKERS.has(method_name)) {
      throw unknownMember(`${cls_symbol}.${method_name}()`, this.name);
    }
  }

  #arguments(inputs: unknown, { kwargs }: ApplyArgs): unknown[] {
    const names = MAKERS.get(this.method_name)?.names ?? [];
    const args: unknown[] = Array.isArray(inputs) ? inputs : [inputs];
    return inOrder(names, args, (kwargs ?? {}) as Config);
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    const given = withObjects(this.#arguments(inputs, args));
    return MAKERS.get(this.method_name)?.call(given) as unknown as Tensors;
  }

  /** The shape follows from that of the values; stand-ins for these and for the rows would not go together. */
  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    const [values] = kerasTensorsIn(inputs);
    if (values === undefined) return super._infer_outputs(inputs, args);
    return values.with({ shape: this.#shapeOf(values, args), name: this.name, ragged: true });
  }

  #shapeOf({ shape }: KerasTensor, { kwargs }: ApplyArgs): Shape {
    const [batch = null, ...inner] = shape;
    if (this.method_name !== 'from_tensor') return [null, null, ...inner];
    const { lengths, padding, ragged_rank } = (kwargs ?? {}) as Config;
    if ((lengths ?? padding ?? null) === null) return shape;
    const rank = Number(ragged_rank ?? 1);
    return [batch, ...inner.map((size, axis) => (axis < rank ? null : size))];
  }

  override get_config(): Config {
    const { cls_symbol, method_name } = this;
    return { ...super.get_config(), cls_symbol, method_name };
  }

  static override from_config(config: Config): Layer {
    return new ClassMethod(config as unknown as ClassMethodConfig);
  }
}
