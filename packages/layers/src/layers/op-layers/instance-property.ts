import type { Config, Layer, Tensors } from '../base.ts';
import { MemberLayer, type MemberLayerConfig, unknownMember } from './member-layer.ts';
import { PROPERTIES } from './ragged-members.ts';
import { requireRagged } from './ragged-symbols.ts';

/** Reads a property of a ragged tensor, such as `values`; Keras makes such a layer where a model does. */
export class InstanceProperty extends MemberLayer {
  static override readonly className: string = 'InstanceProperty';

  constructor(config: MemberLayerConfig) {
    super(config);
    if (!PROPERTIES.has(this.attr_name)) throw unknownMember(this.attr_name, this.name);
  }

  override call(inputs: Tensors): Tensors {
    const read = PROPERTIES.get(this.attr_name);
    return read?.(requireRagged(inputs, this.name)) as unknown as Tensors;
  }

  static override from_config(config: Config): Layer {
    return new InstanceProperty(config as unknown as MemberLayerConfig);
  }
}
