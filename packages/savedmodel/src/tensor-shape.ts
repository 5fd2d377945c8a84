import { LimitError, MAX_RANK } from '@km/core';
import type { TensorShapeProto } from '@km/proto/saved-model';

/** Sizes of axes, null where unknown; null for an unknown number of axes. */
export type PartialShape = readonly (number | null)[] | null;

/** Shape of a message; an absent message is an unknown shape. @throws LimitError for too many axes. */
export function partialShape(proto: TensorShapeProto | null): PartialShape {
  if (proto === null || proto.unknownRank) return null;
  if (proto.dim.length > MAX_RANK) {
    throw new LimitError(`A shape of ${proto.dim.length} axes; at most ${MAX_RANK} are read.`);
  }
  return proto.dim.map(({ size }) => (size < 0n ? null : Number(size)));
}

/** Message of a shape. */
export function shapeProto(shape: PartialShape): TensorShapeProto.$Properties {
  if (shape === null) return { unknownRank: true };
  return { dim: shape.map((size) => ({ size: size === null ? -1n : BigInt(size) })) };
}
