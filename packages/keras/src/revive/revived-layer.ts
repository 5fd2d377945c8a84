import { UnsupportedError } from '@km/core';
import {
  type CallArgs,
  type Config,
  Layer,
  type LayerConfig,
  Model,
  type Tensors,
  Variable,
} from '@km/layers';
import { callRevived, type RevivedCall } from './revived-call.ts';

/** What a layer without its class is made of. */
export interface Revival {
  readonly class_name: string;
  /** Constructor arguments that the file notes for its class; null when it has none. */
  readonly config: Config | null;
  readonly call: RevivedCall | null;
}

/** A layer whose class is unknown: its parts by their names in the file, its calls by the saved function. */
export class RevivedLayer extends Layer {
  readonly #revival: Revival;
  /** Parts whose names mean something else for layers. */
  readonly _renamed: Record<string, unknown> = {};

  constructor(config: LayerConfig, revival: Revival) {
    super(config);
    this.#revival = revival;
    this.built = true;
  }

  /** Makes something of the file a part of the layer. */
  _attach(name: string, part: object): void {
    if (!(name in this)) defineProperty(this, name, part);
    else if (part instanceof Variable) this._keep_weight(part, name);
    else defineProperty(this._renamed, name, part);
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    return callRevived(this, this.#revival.call, inputs, args);
  }

  override get_config(): Config {
    return configOf(this.name, this.#revival);
  }
}

/** A model whose class is unknown: its parts by their names in the file, its calls by the saved function. */
export class RevivedNetwork extends Model {
  readonly #revival: Revival;
  /** Parts whose names mean something else for models. */
  readonly _renamed: Record<string, unknown> = {};

  constructor(config: LayerConfig, revival: Revival) {
    super(config);
    this.#revival = revival;
    this.built = true;
  }

  /** Makes something of the file a part of the model. */
  _attach(name: string, part: object): void {
    if (!(name in this)) defineProperty(this, name, part);
    else if (part instanceof Variable) this._keep_weight(part, name);
    else defineProperty(this._renamed, name, part);
  }

  /** All weights came with the file, so that no call makes more. */
  override _build_by_call(): void {
    this.built = true;
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    return callRevived(this, this.#revival.call, inputs, args);
  }

  override get_config(): Config {
    return configOf(this.name, this.#revival);
  }
}

/** Gives an object a property that its class may have for itself. */
export function defineProperty(owner: object, name: string, value: object): void {
  Object.defineProperty(owner, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function configOf(name: string, { config, class_name }: Revival): Config {
  if (config !== null) return 'name' in config ? { ...config, name } : { ...config };
  throw new UnsupportedError(
    `${name} came without a config for its class ${class_name}: only a SavedModel, which holds its functions, can keep it.`,
  );
}

/** Makes a layer that says it is of the class in the file. */
export function revivedLayer(config: LayerConfig, revival: Revival): RevivedLayer {
  const { class_name } = revival;
  const Named = class extends RevivedLayer {
    static override readonly className: string = class_name;
  };
  return new (shownAsRevived(Named, class_name))(config, revival);
}

/** Makes a model that says it is of the class in the file. */
export function revivedNetwork(config: LayerConfig, revival: Revival): RevivedNetwork {
  const { class_name } = revival;
  const Named = class extends RevivedNetwork {
    static override readonly className: string = class_name;
  };
  return new (shownAsRevived(Named, class_name))(config, revival);
}

/** Lets a console show that an object is not of the class itself. */
function shownAsRevived<T extends object>(made: T, class_name: string): T {
  return Object.defineProperty(made, 'name', { value: `Revived<${class_name}>` });
}
