import type { ReadOptions } from './source.ts';

/** In-memory element storage of each dtype; float16 and bfloat16 are raw bits, complex is interleaved (re, im). */
export interface DataByDType {
  float16: Uint16Array;
  bfloat16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  complex64: Float32Array;
  complex128: Float64Array;
  qint8: Int8Array;
  quint8: Uint8Array;
  qint16: Int16Array;
  quint16: Uint16Array;
  qint32: Int32Array;
  string: readonly Uint8Array[];
}

/** Name of an element type. */
export type DType = keyof DataByDType;

/** Sizes of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** What a tensor is, without its values. */
export interface TensorSpec<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
}

/** A tensor in memory, row-major; a union discriminated by `dtype`. */
export type Tensor<D extends DType = DType> = D extends DType
  ? TensorSpec<D> & { readonly data: DataByDType[D] }
  : never;

/** A tensor whose values are still in a store. */
export type LazyTensor<D extends DType = DType> = D extends DType
  ? TensorSpec<D> & {
      /** Encoded size, in bytes. */
      readonly byteLength: number;
      /** Reads the values. */
      read(options?: ReadOptions): Promise<Tensor<D>>;
    }
  : never;

/** Named tensors of a file, in file order. */
export type TensorMap = ReadonlyMap<string, LazyTensor>;
