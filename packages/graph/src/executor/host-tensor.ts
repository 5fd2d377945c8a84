import { LimitError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { deviceDType, type GraphDType, isComplex, isFloat } from './dtype.ts';

/** One element outside of a backend: a number, an integer that no number holds exactly, or the bytes of a string. */
export type Element = number | bigint | Uint8Array;

/** Elements in row-major order; booleans are 0 and 1. */
export type HostData = ArrayLike<Element>;

/**
 * A tensor that lies in JavaScript instead of on a backend: strings, integers of 64 bits, constants, and the shapes and
 * counts that graphs compute with. It uploads when an operation of a backend needs it.
 */
export class HostTensor {
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
  readonly data: HostData;
  /** True for a constant of a function, whose copies on backends stay. */
  readonly constant: boolean;
  #device: tf.Tensor | undefined;
  #backend: string | undefined;

  constructor(dtype: GraphDType, shape: readonly number[], data: HostData, constant = false) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
    this.constant = constant;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** Copy on the current backend; it belongs to this tensor. @throws LimitError when integers exceed 32 bits. */
  upload(): tf.Tensor {
    const backend = tf.getBackend();
    if (this.#device === undefined || this.#device.isDisposed || this.#backend !== backend) {
      if (this.constant) this.release();
      const made = tf.tensor(this.#values(), [...this.shape], deviceDType(this.dtype));
      this.#device = this.constant ? tf.keep(made) : made;
      this.#backend = backend;
    }
    return this.#device;
  }

  /** Frees the copy on the backend. */
  release(): void {
    this.#device?.dispose();
    this.#device = undefined;
  }

  #values(): tf.TensorLike {
    if (this.dtype === 'string') return Array.from(this.data) as Uint8Array[];
    if (isComplex(this.dtype))
      throw new UnsupportedError('Complex constants are not uploaded whole.');
    if (isFloat(this.dtype)) {
      return this.data instanceof Float32Array ? this.data : Float32Array.from(this.data, Number);
    }
    if (this.dtype === 'bool') return Uint8Array.from(this.data, Number);
    return this.data instanceof Int32Array ? this.data : toInt32(this.data, this.dtype);
  }
}

function toInt32(data: HostData, dtype: GraphDType): Int32Array {
  const result = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    result[i] = value;
    if (result[i] === value) continue;
    throw new LimitError(
      `The ${dtype} value ${String(data[i])} does not fit into the 32 bits that tensors of tfjs have.`,
    );
  }
  return result;
}
