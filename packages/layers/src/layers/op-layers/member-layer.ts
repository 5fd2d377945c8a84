import { UnsupportedError } from '@km/core';
import type { KerasTensor, Symbolic } from '../../engine/keras-tensor.ts';
import { uniqueName } from '../../engine/names.ts';
import { mapStructure } from '../../engine/nest.ts';
import { type ApplyArgs, type Config, Layer, type LayerConfig } from '../base.ts';
import { ROW_NUMBERS } from './ragged-members.ts';

/** Arguments of the layers that stand for properties and methods of tensors. */
export interface MemberLayerConfig extends LayerConfig {
  readonly attr_name: string;
}

/** Base of the layers that Keras makes where a model uses a property or a method of a symbolic ragged tensor. */
export abstract class MemberLayer extends Layer {
  readonly attr_name: string;

  constructor(config: MemberLayerConfig) {
    const { attr_name, ...rest } = config;
    super({ ...rest, name: rest.name ?? uniqueName(`input.${attr_name}`) });
    this.attr_name = attr_name;
  }

  /** Calls are saved as they were made: one tensor without a list around it. */
  override get _preserve_input_structure_in_config(): boolean {
    return true;
  }

  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    const outputs = super._infer_outputs(inputs, args);
    if (!ROW_NUMBERS.has(this.attr_name)) return outputs;
    return mapStructure<KerasTensor, KerasTensor>(outputs, (output) =>
      output.with({ dtype: 'int64' }),
    );
  }

  override get_config(): Config {
    return { ...super.get_config(), attr_name: this.attr_name };
  }
}

/** The error for a member that is not known. */
export function unknownMember(member: string, layer: string): UnsupportedError {
  return new UnsupportedError(
    `Layer '${layer}' uses ${member} of a tensor, which is not known here. Pass a class of your own for the layer in custom_objects.`,
    { path: layer },
  );
}
