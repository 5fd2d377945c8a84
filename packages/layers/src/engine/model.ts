import { Trainer } from '../training/trainer.ts';
import type { Symbolic } from './keras-tensor.ts';
import type { Layer, LayerClass, LayerConfig } from './layer.ts';
import { modelToJson } from './model-to-json.ts';
import { uniqueName } from './names.ts';
import { networkConfig } from './network-config.ts';
import { connectAncillaryLayers, rebuildGraph } from './rebuild.ts';
import { type CustomObjects, shared_object_scope } from './registry.ts';
import { saving } from './saving.ts';
import { printSummary, type SummaryOptions } from './summary.ts';
import type { Config } from './types.ts';

/** The arguments of a model. */
export interface ModelConfig extends LayerConfig {
  /** Symbolic inputs of a functional model: a tensor, a list, or a dictionary. */
  readonly inputs?: Symbolic | undefined;
  /** Symbolic outputs of a functional model: a tensor, a list, or a dictionary. */
  readonly outputs?: Symbolic | undefined;
}

/**
 * A set of layers that is called, trained and saved as one, with the behaviour of `tf.keras.Model` of TensorFlow 2.15.
 * Either `inputs` and `outputs` say how layers are connected, or a subclass defines `call`.
 */
export class Model extends Trainer {
  static override readonly className: string = 'Model';

  /** @throws TypeError when only one of `inputs` and `outputs` is given. */
  constructor(config: ModelConfig = {}) {
    const { inputs, outputs, ...rest } = config;
    const plain = new.target === Model || new.target === Functional;
    super({ ...rest, name: rest.name ?? (plain ? uniqueName('model') : undefined) });
    if (inputs === undefined && outputs === undefined) return;
    if (inputs === undefined || outputs === undefined) {
      throw new TypeError('A functional model needs both `inputs` and `outputs`.');
    }
    this._init_graph(inputs, outputs);
    if (new.target === Model) Object.setPrototypeOf(this, Functional.prototype);
  }

  /** Sets the states of all stateful layers to zero. */
  reset_states(): void {
    for (const layer of this._flatten_layers()) {
      if (layer.stateful && 'reset_states' in layer && layer !== this) {
        (layer as Layer & { reset_states(): void }).reset_states();
      }
    }
  }

  /** Prints the layers, their output shapes and numbers of weights, as Keras does. */
  summary(options: SummaryOptions = {}): void {
    printSummary(this, options);
  }

  /** The architecture of a functional model; a subclass adds its own constructor arguments. */
  override get_config(): Config {
    const graph = this._graph;
    if (graph === null) return super.get_config();
    return { name: this.name, trainable: this.trainable, ...networkConfig(graph) };
  }

  /** The architecture as JSON that TensorFlow 2.4 and later read; without the weights. */
  to_json(): string {
    return modelToJson(this);
  }

  /** Saves the model; takes what `models.save_model` takes after the model. */
  save(filepath: unknown, ...rest: readonly unknown[]): Promise<void> {
    return saving().save_model(this, filepath, ...rest);
  }

  /** Saves the weights, and the optimizer's state where the format holds it. */
  save_weights(filepath: unknown, ...rest: readonly unknown[]): Promise<void> {
    return saving().save_weights(this, filepath, ...rest);
  }

  /** Fills the model from a file of weights; resolves to a report of what matched. */
  load_weights(filepath: unknown, ...rest: readonly unknown[]): Promise<unknown> {
    return saving().load_weights(this, filepath, ...rest);
  }

  /** Makes a model from what `get_config` gave: connections if the config has them, else constructor arguments. */
  static override from_config(
    this: LayerClass,
    config: Config,
    custom_objects?: CustomObjects,
  ): Model {
    if (!('layers' in config && 'input_layers' in config && 'output_layers' in config)) {
      return new this(config as never) as Model;
    }
    return shared_object_scope(() => {
      const { inputs, outputs, layers } = rebuildGraph(config, custom_objects);
      const { name, trainable = true } = config;
      const model = new this({ inputs, outputs, name, trainable } as never) as Model;
      if (model._graph !== null) connectAncillaryLayers(model._graph, layers);
      return model;
    });
  }
}

/** A model that is given by its symbolic inputs and outputs; `new Model({ inputs, outputs })` makes one. */
export class Functional extends Model {
  static override readonly className: string = 'Functional';
}
