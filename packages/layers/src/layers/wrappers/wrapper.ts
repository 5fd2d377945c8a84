import { deserialize_layer } from '../../engine/deserialize-layer.ts';
import { serialize_keras_object } from '../../engine/registry.ts';
import {
  buildChild,
  type Config,
  type CustomObjects,
  Layer,
  type LayerConfig,
  type Shapes,
} from '../base.ts';

/** Arguments of the layers that wrap another one. */
export interface WrapperConfig extends LayerConfig {
  readonly layer: Layer;
}

/** Base of the layers that wrap another one. */
export class Wrapper extends Layer {
  static override readonly className: string = 'Wrapper';
  readonly layer: Layer;

  constructor(config: WrapperConfig) {
    const { layer, ...rest } = config;
    super(rest);
    if (!(layer instanceof Layer)) {
      throw new TypeError(`${this.name}: the argument layer is a layer, not ${String(layer)}.`);
    }
    this.layer = layer;
  }

  override build(input_shape: Shapes): void {
    buildChild(this.layer, input_shape);
    super.build(input_shape);
  }

  override get_config(): Config {
    return { ...super.get_config(), layer: serialize_keras_object(this.layer) };
  }

  static override from_config(
    this: new (
      config: never,
    ) => Layer,
    config: Config,
    custom_objects?: CustomObjects,
  ): Layer {
    const layer = deserialize_layer(config.layer, custom_objects);
    return new this({ ...config, layer } as never);
  }
}
