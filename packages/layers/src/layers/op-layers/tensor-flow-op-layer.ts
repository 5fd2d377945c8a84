import { UnsupportedError } from '@km/core';
import { isPlainObject } from '../../engine/nest.ts';
import { type Config, Layer, type LayerConfig, type Tensors } from '../base.ts';
import { type NodeDef, type NodeFunction, nodeFunction } from './node-def.ts';

/** Arguments of `TensorFlowOpLayer`. */
export interface TensorFlowOpLayerConfig extends LayerConfig {
  /** The operation as JSON: its `op` and `attr`. */
  readonly node_def: Config;
  /** Inputs that are constants, by their place. */
  readonly constants?: Readonly<Record<string, unknown>> | null;
}

const PREFIX = 'tf_op_layer_';

/** Applies an operation of a TensorFlow graph; Keras of TensorFlow 2.0 to 2.3 saved functions of TensorFlow so. */
export class TensorFlowOpLayer extends Layer {
  static override readonly className: string = 'TensorFlowOpLayer';
  readonly node_def: Config;
  readonly constants: Readonly<Record<string, unknown>>;
  readonly #fn: NodeFunction;

  constructor(config: TensorFlowOpLayerConfig) {
    const { node_def, constants, name, ...rest } = config;
    const given = name ?? String(node_def.name ?? 'op');
    super({ ...rest, name: given.startsWith(PREFIX) ? given : `${PREFIX}${given}` });
    this.node_def = node_def;
    this.constants = constants ?? {};
    this.#fn = knownOperation(node_def, this.name);
  }

  override call(inputs: Tensors): Tensors {
    const all: unknown[] = [inputs].flat();
    const places = Object.keys(this.constants).map(Number);
    for (const place of places.sort((a, b) => a - b)) {
      all.splice(place, 0, this.constants[String(place)]);
    }
    return this.#fn(all);
  }

  override get_config(): Config {
    const { name: _, ...config } = super.get_config();
    return {
      name: this.name.slice(PREFIX.length),
      ...config,
      node_def: this.node_def,
      constants: this.constants,
    };
  }
}

function knownOperation(node_def: Config, layer: string): NodeFunction {
  const attr = isPlainObject(node_def.attr) ? (node_def.attr as NodeDef['attr']) : {};
  const op = String(node_def.op);
  const found = nodeFunction({ op, attr });
  if (found !== null) return found;
  throw new UnsupportedError(
    `Layer '${layer}' applies the operation ${op}, which is not known here. Pass a layer class in custom_objects under the name 'TensorFlowOpLayer'.`,
    { path: layer },
  );
}
