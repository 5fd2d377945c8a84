import { is_keras_tensor, type Symbolic } from '../../engine/keras-tensor.ts';
import { withObjects } from '../../engine/rows.ts';
import type { ApplyArgs, CallArgs, Config, Layer, Tensors } from '../base.ts';
import { MemberLayer, type MemberLayerConfig, unknownMember } from './member-layer.ts';
import { inOrder, METHODS } from './ragged-members.ts';
import { requireRagged } from './ragged-symbols.ts';

/**
 * Calls a method of a ragged tensor, such as `to_tensor`; Keras makes such a layer where a model does.
 * A call takes the tensor, and the method's arguments in `args` and `kwargs`.
 */
export class InstanceMethod extends MemberLayer {
  static override readonly className: string = 'InstanceMethod';

  constructor(config: MemberLayerConfig) {
    super(config);
    if (!METHODS.has(this.attr_name)) throw unknownMember(`${this.attr_name}()`, this.name);
  }

  #arguments({ args, kwargs }: ApplyArgs): unknown[] {
    const names = METHODS.get(this.attr_name)?.names ?? [];
    return inOrder(names, (args ?? []) as unknown[], (kwargs ?? {}) as Config);
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    const method = METHODS.get(this.attr_name);
    const given = withObjects(this.#arguments(args));
    return method?.call(requireRagged(inputs, this.name), given) as unknown as Tensors;
  }

  /** Values that take the place of others have their number, which stand-ins for both would not. */
  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    const [values] = this.#arguments(args);
    if (
      !this.attr_name.startsWith('with_') ||
      !is_keras_tensor(inputs) ||
      !is_keras_tensor(values)
    ) {
      return super._infer_outputs(inputs, args);
    }
    const kept = this.attr_name === 'with_values' ? 2 : inputs.ragged_rank + 1;
    const shape = [...inputs.shape.slice(0, kept), ...values.shape.slice(1)];
    return inputs.with({ shape, dtype: values.dtype, name: this.name });
  }

  static override from_config(config: Config): Layer {
    return new InstanceMethod(config as unknown as MemberLayerConfig);
  }
}
