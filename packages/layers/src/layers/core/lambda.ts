import { UnsupportedError } from '@km/core';
import type * as tf from '@tensorflow/tfjs-core';
import { isShape } from '../../engine/nest.ts';
import {
  get_registered_name,
  get_registered_object,
  type NamedFunction,
} from '../../engine/registry.ts';
import {
  type CallArgs,
  type Config,
  type CustomObjects,
  Layer,
  type LayerConfig,
  type Masks,
  type Shape,
  type Shapes,
  type Tensors,
} from '../base.ts';

/** The function of a `Lambda`; `args` holds `arguments`, and `training` and `mask` of the call. */
export type LambdaFunction = (inputs: Tensors, args: Config) => Tensors;
/** Computes the shape of the output from that of the input. */
export type ShapeFunction = (input_shape: Shapes) => Shapes;
/** Computes the mask of the output. */
export type MaskFunction = (inputs: Tensors, mask: Masks | null) => Masks | null;

/** Arguments of `Lambda`. */
export interface LambdaConfig extends LayerConfig {
  readonly function: LambdaFunction;
  /** Shape of the output without the batch, or a function of the input's shape. */
  readonly output_shape?: Shape | ShapeFunction | null;
  readonly mask?: tf.Tensor | MaskFunction | null;
  /** Arguments for the function. */
  readonly arguments?: Config;
}

/** Applies a function that has no weights. */
export class Lambda extends Layer {
  static override readonly className: string = 'Lambda';
  readonly function: LambdaFunction;
  readonly arguments: Config;
  readonly mask: tf.Tensor | MaskFunction | null;
  readonly #output_shape: Shape | ShapeFunction | null;
  /** What the file said of functions that this program gave by another way, for saving it again. */
  #saved: Config | null = null;

  constructor(config: LambdaConfig) {
    const { function: fn, output_shape, mask, arguments: args, ...rest } = config;
    super(rest);
    this.function = fn;
    this.arguments = args ?? {};
    this.mask = mask ?? null;
    if (this.mask !== null) this.supports_masking = true;
    this.#output_shape = output_shape ?? null;
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    const { training, mask } = args;
    return this.function(inputs, { ...this.arguments, training, mask });
  }

  override compute_mask(inputs: Tensors, mask: Masks | null): Masks | null {
    return typeof this.mask === 'function' ? this.mask(inputs, mask) : this.mask;
  }

  override get _overridesOutputShape(): boolean {
    return this.#output_shape !== null;
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    const given = this.#output_shape;
    if (given === null) return super.compute_output_shape(input_shape);
    if (typeof given === 'function') return given(input_shape);
    return [firstBatch(input_shape), ...given];
  }

  override get_config(): Config {
    const base = super.get_config();
    if (this.#saved !== null) return { ...base, ...this.#saved, arguments: this.arguments };
    const shape = this.#output_shape;
    return {
      ...base,
      ...functionConfig('function', 'module', this.function),
      ...(typeof shape === 'function'
        ? functionConfig('output_shape', 'output_shape_module', shape)
        : { output_shape: shape, output_shape_type: 'raw', output_shape_module: null }),
      ...(typeof this.mask === 'function' ? functionConfig('mask', 'mask_module', this.mask) : {}),
      arguments: this.arguments,
    };
  }

  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const { function: fn, function_type, module, arguments: args, ...others } = config;
    const { output_shape, output_shape_type, output_shape_module, ...more } = others;
    const { mask, mask_type, mask_module, ...rest } = more;
    const name = String(config.name ?? 'lambda');
    const found = (key: string, value: unknown, type: unknown): NamedFunction =>
      findFunction(key, value, type, name, custom_objects);
    const shapeIsFunction = output_shape_type === 'function' || output_shape_type === 'lambda';
    const layer = new Lambda({
      ...rest,
      function: found('function', fn, function_type) as LambdaFunction,
      output_shape: shapeIsFunction
        ? (optional(() => found('output_shape', output_shape, output_shape_type)) as ShapeFunction)
        : (output_shape as Shape | null),
      ...(mask ? { mask: found('mask', mask, mask_type) as MaskFunction } : {}),
      ...(args ? { arguments: args as Config } : {}),
    });
    layer.#saved = {
      function: fn,
      function_type,
      module,
      output_shape,
      output_shape_type,
      output_shape_module,
      ...(mask ? { mask, mask_type, mask_module } : {}),
    };
    return layer;
  }
}

function functionConfig(key: string, moduleKey: string, fn: unknown): Config {
  const name = get_registered_name(fn as NamedFunction);
  return { [key]: name, [`${key}_type`]: 'function', [moduleKey]: null };
}

/** Finds a function by its own name, by that of the layer, or by both; Python code is never run. */
function findFunction(
  key: string,
  value: unknown,
  type: unknown,
  layer: string,
  custom_objects: CustomObjects,
): NamedFunction {
  const own = key === 'function' ? [layer, `${layer}.function`] : [`${layer}.${key}`];
  const names = typeof value === 'string' && type === 'function' ? [value, ...own] : own;
  for (const name of names) {
    const found = get_registered_object(name, custom_objects);
    if (typeof found === 'function') return found as NamedFunction;
  }
  const isName = typeof value === 'string' && type !== 'lambda';
  const what = isName ? `'${value}'` : 'Python bytecode, which is not run';
  throw new UnsupportedError(
    `Lambda layer '${layer}': its ${key} is ${what}. Pass a JavaScript function in custom_objects under the name '${names[0] ?? layer}'.`,
    { path: layer },
  );
}

/** A shape can be found by running the function, so that a missing shape function is no error. */
function optional<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
}

function firstBatch(shapes: Shapes): number | null {
  if (isShape(shapes)) return shapes[0] ?? null;
  const [first] = Object.values(shapes);
  return first === undefined ? null : firstBatch(first as Shapes);
}
