import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isInteger } from './dtype.ts';
import { type Element, type HostData, HostTensor } from './host-tensor.ts';

/** A complex tensor as two real ones, because backends differ in what they know of complex numbers. */
export class ComplexTensor {
  readonly real: tf.Tensor;
  readonly imag: tf.Tensor;

  constructor(real: tf.Tensor, imag: tf.Tensor) {
    this.real = real;
    this.imag = imag;
  }

  get shape(): readonly number[] {
    return this.real.shape;
  }
}

/** Something with state that a graph refers to: a variable, a lookup table, a tensor array … */
export abstract class Resource {
  /** What it is, for messages. */
  abstract readonly kind: string;
}

/** A value of TensorFlow's type variant: a tensor list, an optional, a ragged tensor … */
export abstract class Variant {
  /** What it is, for messages. */
  abstract readonly kind: string;

  /** Values that it consists of. */
  parts(): readonly Value[] {
    return [];
  }
}

/** Variants as the elements of a vector. */
export class VariantVector extends Variant {
  override readonly kind = 'vector of variants';
  readonly elements: readonly Variant[];

  constructor(elements: readonly Variant[]) {
    super();
    this.elements = elements;
  }

  override parts(): readonly Value[] {
    return this.elements;
  }
}

/** What a branch gives that was not taken, in graphs with the control flow of TensorFlow 1. */
export class Dead {
  readonly kind = 'dead';
}

/** The only value of its class. */
export const DEAD: Dead = new Dead();

/** What flows between the ops of a graph. */
export type Value = tf.Tensor | HostTensor | ComplexTensor | Resource | Variant | Dead;

/** Frees what a value holds on a backend. */
export function release(value: Value | undefined): void {
  if (value instanceof tf.Tensor) {
    if (!value.isDisposed) value.dispose();
  } else if (value instanceof ComplexTensor) {
    release(value.real);
    release(value.imag);
  } else if (value instanceof HostTensor && !value.constant) value.release();
}

/** The same value for an owner of its own. */
export function share(value: Value): Value {
  if (value instanceof tf.Tensor) return tf.clone(value);
  if (value instanceof ComplexTensor) {
    return new ComplexTensor(tf.clone(value.real), tf.clone(value.imag));
  }
  return value;
}

/** Shape of a tensor. @throws MalformedError for anything else. */
export function shapeOf(value: Value): readonly number[] {
  if (value instanceof tf.Tensor || value instanceof HostTensor || value instanceof ComplexTensor) {
    return value.shape;
  }
  if (value instanceof VariantVector) return [value.elements.length];
  if (value instanceof Variant) return [];
  throw notTensor(value);
}

/** Number of elements of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The tensor on the current backend; it belongs to the value. @throws MalformedError for anything but a tensor. */
export function onDevice(value: Value): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  if (value instanceof HostTensor) return value.upload();
  if (value instanceof ComplexTensor) return tf.complex(value.real, value.imag);
  throw notTensor(value);
}

/** The tensor in JavaScript. @throws MalformedError for anything but a real tensor. */
export function onHost(value: Value, dtype: GraphDType): HostTensor {
  if (value instanceof HostTensor) return value;
  if (!(value instanceof tf.Tensor)) throw notTensor(value);
  if (value.dtype === 'string') {
    const data = tf.engine().readSync(value.dataId) as unknown as Uint8Array[];
    return new HostTensor('string', value.shape, data);
  }
  return new HostTensor(dtype, value.shape, value.dataSync());
}

/** The numbers of an integer tensor, such as a shape or a list of axes. @throws MalformedError for huge ones. */
export function integersOf(value: Value): number[] {
  const { data } = onHost(value, 'int32');
  return Array.from(data, safeNumber);
}

/** The only number of a tensor. @throws MalformedError when it does not have exactly one. */
export function numberOf(value: Value): number {
  const { data } = onHost(value, 'float32');
  const [first] = Array.from(data);
  if (data.length !== 1 || first === undefined) {
    throw new MalformedError(`A graph takes one number from a tensor of ${data.length} elements.`);
  }
  return safeNumber(first);
}

/** The byte strings of a tensor. */
export function bytesOf(value: Value): readonly Uint8Array[] {
  const { data, dtype } = onHost(value, 'string');
  if (dtype !== 'string') throw new MalformedError(`A graph takes strings from a ${dtype} tensor.`);
  return Array.from(data) as Uint8Array[];
}

function safeNumber(element: Element): number {
  if (element instanceof Uint8Array)
    throw new MalformedError('A graph takes a number from a string.');
  if (typeof element === 'number') return element;
  throw new MalformedError(`A graph takes the number ${element}, which exceeds 2^53, as a size.`);
}

/** A number that stands for an integer of 64 bits where it can, else the integer. */
export function elementOfBigInt(value: bigint): Element {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Elements with integers of 64 bits turned into numbers where those are exact. */
export function elementsOf(data: BigInt64Array | BigUint64Array): Element[] {
  return Array.from(data, elementOfBigInt);
}

/** Makes a tensor in JavaScript, such as a shape. */
export function hostTensor(
  dtype: GraphDType,
  shape: readonly number[],
  data: HostData,
): HostTensor {
  return new HostTensor(dtype, shape, data);
}

/** Makes a list of integers. */
export function hostVector(numbers: readonly number[], dtype: GraphDType = 'int32'): HostTensor {
  return new HostTensor(dtype, [numbers.length], numbers);
}

/** Makes one number. */
export function hostScalar(value: Element, dtype: GraphDType = 'int32'): HostTensor {
  return new HostTensor(dtype, [], [value]);
}

/** True for tensors that lie in JavaScript. */
export function isHost(value: Value | undefined): value is HostTensor {
  return value instanceof HostTensor;
}

/** True when integers of this type are computed in JavaScript, since no backend has the type. */
export function isHostInteger(dtype: GraphDType): boolean {
  return dtype !== 'int32' && isInteger(dtype);
}

/** The error of an op that gets something else than a tensor. */
export function notTensor(value: Value): MalformedError {
  const kind = 'kind' in value ? value.kind : 'complex tensor';
  return new MalformedError(`A graph passes a ${kind} to an op that takes a tensor.`);
}

/**
 * The value as a tensor of tfjs, which becomes the caller's.
 * @throws LimitError for integers that do not fit into 32 bits.
 */
export function toTensor(value: Value): tf.Tensor {
  return tf.tidy(() => tf.clone(onDevice(value)));
}
