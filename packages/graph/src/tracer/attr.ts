import { tensorDTypeCode } from '@km/core/tensor-proto';
import type { AttrValue, TensorShapeProto } from '@km/proto/saved-model';
import type { GraphDType } from '../executor/dtype.ts';

/** An attribute of a node, ready to be written. */
export type GraphAttr = AttrValue.$Properties;

/** An integer. */
export function int(value: number): GraphAttr {
  return { i: BigInt(value) };
}

/** A list of integers. */
export function ints(values: readonly number[]): GraphAttr {
  return { list: { i: values.map(BigInt) } };
}

/** A real number. */
export function float(value: number): GraphAttr {
  return { f: value };
}

/** A truth value. */
export function bool(value: boolean): GraphAttr {
  return { b: value };
}

/** A text. */
export function text(value: string): GraphAttr {
  return { s: new TextEncoder().encode(value) };
}

/** A type. */
export function type(dtype: GraphDType): GraphAttr {
  return { type: tensorDTypeCode(dtype) };
}

/** A list of types. */
export function types(dtypes: readonly GraphDType[]): GraphAttr {
  return { list: { type: dtypes.map(tensorDTypeCode) } };
}

/** A shape; null lengths are unknown. */
export function shape(lengths: readonly (number | null)[]): GraphAttr {
  return { shape: shapeProto(lengths) };
}

/** A list of shapes. */
export function shapes(list: readonly (readonly (number | null)[])[]): GraphAttr {
  return { list: { shape: list.map(shapeProto) } };
}

/** A function by its name. */
export function func(name: string): GraphAttr {
  return { func: { name } };
}

/** A shape as a message; null lengths are unknown. */
export function shapeProto(lengths: readonly (number | null)[]): TensorShapeProto.$Properties {
  return { dim: lengths.map((length) => ({ size: BigInt(length ?? -1) })) };
}
