import { type DType, type Tensor as TensorRecord, UnsupportedError } from '@km/core';
import { isMetaBackend, isTracing, tracedAssign, tracedRead } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import {
  deviceDType,
  type FlatValues,
  flatOfRecord,
  newFlat,
  recordOfFlat,
  rounder,
  sizeOf,
} from './flat.ts';
import { asComputed } from './half-precision.ts';
import { printShape } from './input-spec.ts';
import type { Constraint, Regularizer } from './types.ts';
import {
  type AssignableValue,
  isRecord,
  type NestedNumbers,
  nestValues,
  toInt32,
  uploadComplex,
  viewOfRecord,
  widen,
} from './variable-values.ts';
import { withoutTape } from './without-tape.ts';

/** What a new variable is besides its value. */
export interface VariableOptions {
  readonly name: string;
  readonly trainable?: boolean;
  readonly constraint?: Constraint | null;
  readonly regularizer?: Regularizer | null;
  /** False for a weight that layers of mixed precision use in its own dtype; default true. */
  readonly autocast?: boolean;
}

/** A value that is computed when it is first needed. */
export interface DeferredValue {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Computes the value; runs at most once. */
  readonly draw: () => TensorRecord;
}

let lastId = 0;

/**
 * A named tensor that layers, optimizers and metrics keep between calls.
 * It holds the stored dtype and the stored bytes until it is assigned, and uploads to tfjs when first read.
 */
export class Variable {
  readonly id: number;
  /** Keras's name without the output index: `dense/kernel`. */
  name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  trainable: boolean;
  constraint: Constraint | null;
  regularizer: Regularizer | null;
  #record: TensorRecord | null;
  #draw: (() => TensorRecord) | null;
  #flat: FlatValues | null = null;
  /** The tensor that holds the value when no copy outside of a backend does. */
  #home: tf.Tensor | null = null;
  readonly #tensors: Map<string, tf.Tensor> = new Map();
  readonly #autocast: boolean;

  /** Makes a variable that holds `value`, whose bytes it takes over. */
  constructor(value: TensorRecord | DeferredValue, options: VariableOptions) {
    lastId += 1;
    this.id = lastId;
    this.name = options.name;
    this.shape = value.shape;
    this.dtype = value.dtype;
    this.trainable = options.trainable ?? true;
    this.constraint = options.constraint ?? null;
    this.regularizer = options.regularizer ?? null;
    this.#autocast = options.autocast ?? true;
    this.#record = 'draw' in value ? null : value;
    this.#draw = 'draw' in value ? value.draw : null;
  }

  /** The record that the value was made from or last set to, if it still is the value. */
  #settled(): TensorRecord | null {
    if (this.#draw !== null) {
      this.#record = this.#draw();
      this.#draw = null;
    }
    return this.#record;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The value on the current backend: float32 for all floating dtypes, int32 for integers.
   * The variable owns the tensor, which stays the same one until the variable is assigned.
   */
  read(): tf.Tensor {
    if (isTracing()) return tracedRead(this, deviceDType(this.dtype));
    const backend = tf.getBackend();
    const known = this.#tensors.get(backend);
    if (known !== undefined) return this.#computed(known);
    const tensor = isMetaBackend() ? this.#outline() : this.#upload(backend);
    tf.keep(tensor);
    this.#tensors.set(backend, tensor);
    return this.#computed(tensor);
  }

  /** Under mixed precision layers compute with trainable weights in half precision. */
  #computed(tensor: tf.Tensor): tf.Tensor {
    return this.trainable && this.#autocast && this.dtype === 'float32'
      ? asComputed(tensor)
      : tensor;
  }

  /** A tensor without values, for the shape-only backend. */
  #outline(): tf.Tensor {
    return tf.fill([...this.shape], this.dtype === 'string' ? '' : 0, deviceDType(this.dtype));
  }

  #upload(backend: string): tf.Tensor {
    const shape = [...this.shape];
    const record = this.#settled();
    if (record?.dtype === 'string') return tf.tensor([...record.data], shape, 'string');
    const flat = this.#flat ?? (record === null ? this.#download() : viewOfRecord(record));
    const dtype = deviceDType(this.dtype);
    if (dtype === 'complex64') return uploadComplex(flat, shape);
    if (dtype === 'int32') return tf.tensor(toInt32(flat, this.name), shape, dtype);
    // Backends but wasm keep the array itself, which optimizers change in place.
    const values = flat instanceof Float64Array ? Float32Array.from(flat) : flat;
    return tf.tensor(backend === 'wasm' ? values : values.slice(), shape, dtype);
  }

  /** The numbers of the newest tensor, when no copy outside of the backend is up to date. */
  #download(): FlatValues {
    const flat = newFlat(this.dtype, this.size);
    if (this.#home !== null) flat.set(this.#home.dataSync<'float32'>());
    return flat;
  }

  /** The exact value in the stored dtype; its data must not be changed. */
  record(): TensorRecord {
    return this.#settled() ?? recordOfFlat(this.dtype, this.shape, this.#flat ?? this.#download());
  }

  /**
   * The numbers, flat: float16 and bfloat16 widened to float32, 64-bit integers to float64.
   * The array may be changed in place when `assign_values` is called with it afterwards.
   */
  values(): FlatValues {
    if (this.#flat === null) {
      const record = this.#settled();
      this.#flat = record === null ? this.#download() : flatOfRecord(record);
    }
    return this.#flat;
  }

  /** Sets all numbers to those of a flat array, which the variable takes over. */
  assign_values(flat: FlatValues): void {
    if (isTracing()) {
      const where = `Variable ${this.name} is set while a function is traced`;
      throw new UnsupportedError(`${where}: assign it a tensor instead of numbers.`);
    }
    if (flat.length !== (this.dtype.startsWith('complex') ? 2 : 1) * this.size) {
      throw new RangeError(
        `Variable ${this.name} of shape ${printShape(this.shape)} cannot hold ${String(flat.length)} numbers.`,
      );
    }
    if (this.dtype === 'float16' || this.dtype === 'bfloat16') {
      const round = rounder(this.dtype);
      for (let i = 0; i < flat.length; i += 1) flat[i] = round(flat[i] ?? 0);
    }
    if (isMetaBackend()) return;
    this.#reset(null);
    this.#flat = flat;
  }

  /** Sets the value; its shape must be that of the variable. */
  assign(value: AssignableValue): this {
    if (value instanceof tf.Tensor) return this.#assignTensor(value);
    if (isRecord(value)) return this.#assignRecord(value);
    if (ArrayBuffer.isView(value)) {
      this.assign_values(widen(this.dtype, value));
      return this;
    }
    const made = tf.tensor(value as number[], undefined, deviceDType(this.dtype));
    return this.#assignTensor(made, true);
  }

  #assignTensor(value: tf.Tensor, owned = false): this {
    this.#checkShape(value.shape);
    if (isTracing()) {
      tracedAssign(this, value, 'set');
      return this;
    }
    // On the shape-only backend an assignment has nothing to assign.
    if (isMetaBackend()) return this;
    const dtype = deviceDType(this.dtype);
    if (this.dtype === 'string') {
      const data = tf.engine().readSync(value.dataId) as unknown as Uint8Array[];
      this.#reset({ dtype: 'string', shape: this.shape, data: [...data] });
    } else if (this.dtype === 'float16' || this.dtype === 'bfloat16') {
      this.assign_values(Float32Array.from(value.dataSync()));
    } else {
      const kept = tf.keep(withoutTape(() => tf.cast(value, dtype)));
      this.#reset(null);
      this.#home = kept;
      this.#tensors.set(tf.getBackend(), kept);
    }
    if (owned) value.dispose();
    return this;
  }

  #assignRecord(value: TensorRecord): this {
    this.#checkShape(value.shape);
    if (value.dtype === this.dtype) this.#reset(value);
    else this.#reset(recordOfFlat(this.dtype, this.shape, flatOfRecord(value)));
    return this;
  }

  #checkShape(shape: readonly number[]): void {
    if (shape.length === this.shape.length && shape.every((size, i) => size === this.shape[i])) {
      return;
    }
    throw new RangeError(
      `Cannot assign value to variable '${this.name}': Shape mismatch. The variable shape ${printShape(this.shape)}, and the assigned value shape ${printShape(shape)} are incompatible.`,
    );
  }

  /** Adds to the value. */
  assign_add(value: tf.Tensor | number): this {
    return this.#combine(value, 1);
  }

  /** Subtracts from the value. */
  assign_sub(value: tf.Tensor | number): this {
    return this.#combine(value, -1);
  }

  #combine(value: tf.Tensor | number, sign: number): this {
    if (isTracing()) {
      const change = typeof value === 'number' ? tf.scalar(value) : value;
      tracedAssign(this, change, sign > 0 ? 'add' : 'subtract');
      return this;
    }
    if (isMetaBackend()) return this;
    if (typeof value === 'number') {
      const flat = this.values();
      for (let i = 0; i < flat.length; i += 1) flat[i] = (flat[i] ?? 0) + sign * value;
      this.assign_values(flat);
      return this;
    }
    const sum = tf.tidy(() => (sign > 0 ? tf.add(this.read(), value) : tf.sub(this.read(), value)));
    return this.#assignTensor(sum, true);
  }

  #reset(record: TensorRecord | null): void {
    this.#retire();
    this.#home = null;
    this.#draw = null;
    this.#record = record;
    this.#flat = null;
  }

  /** Gives the tensors of the old value to the running scope: whoever has read them there may still use them. */
  #retire(): void {
    const scope = tf.engine().state.activeScope;
    for (const tensor of this.#tensors.values()) {
      if (scope === undefined || scope === null) tensor.dispose();
      else {
        tensor.kept = false;
        scope.track.push(tensor);
      }
    }
    this.#tensors.clear();
  }

  /** The value as nested plain arrays; 64-bit integers as numbers, strings decoded. */
  numpy(): NestedNumbers {
    const record = this.record();
    const leaves: readonly (number | boolean | string)[] =
      record.dtype === 'string'
        ? record.data.map((bytes) => new TextDecoder().decode(bytes))
        : Array.from(flatOfRecord(record), (v) => (record.dtype === 'bool' ? v !== 0 : v));
    return nestValues(leaves, this.shape);
  }

  /** Frees the tensors; the value stays and is uploaded again when read. */
  dispose(): void {
    if (this.#home !== null && this.#flat === null) this.#flat = this.#download();
    this.#home = null;
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}
