import type { PartialShape } from '@km/core/tensor-proto';
import type { TensorShapeProto } from '@km/proto/saved-model';

/** Message of a shape. */
export function shapeProto(shape: PartialShape): TensorShapeProto.$Properties {
  if (shape === null) return { unknownRank: true };
  return { dim: shape.map((size) => ({ size: size === null ? -1n : BigInt(size) })) };
}
