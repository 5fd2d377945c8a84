/** What every layer class builds on. */
import { Layer } from '../engine/layer.ts';
import type { Shapes } from '../engine/types.ts';

export { InputSpec } from '../engine/input-spec.ts';
export { Layer, type LayerConfig } from '../engine/layer.ts';
export { nameScope } from '../engine/names.ts';
export type { CustomObjects } from '../engine/registry.ts';
export type {
  ApplyArgs,
  CallArgs,
  Config,
  Masks,
  Shape,
  Shapes,
  Tensors,
} from '../engine/types.ts';
export type { Variable } from '../engine/variable.ts';

/** Builds a layer inside of another one, unless it is built. */
export function buildChild(layer: Layer, input_shape: Shapes): void {
  if (layer.built) return;
  layer.build(input_shape);
  Layer.prototype.build.call(layer, input_shape);
}
