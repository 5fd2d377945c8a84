import { LimitError, MalformedError } from '@km/core';
import type { PartialShape } from '@km/core/tensor-proto';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isFloat } from '../executor/dtype.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import { integersOf, shapeOf, sizeOf, type Value, Variant } from '../executor/values.ts';
import { concatValues, packValues, unpackValue } from './slicing.ts';

/** Most elements of a list; sequences seen have some thousand steps. */
const MAX_LENGTH = 10_000_000;

/** A list of tensors, as TensorFlow 2 passes them between loops; it never changes. */
export class TensorList extends Variant {
  override readonly kind = 'tensor list';
  readonly dtype: GraphDType;
  /** Shape of the elements, as far as it is known. */
  readonly elementShape: PartialShape;
  readonly elements: readonly (Value | undefined)[];

  constructor(
    dtype: GraphDType,
    elementShape: PartialShape,
    elements: readonly (Value | undefined)[],
  ) {
    super();
    this.dtype = dtype;
    this.elementShape = elementShape;
    this.elements = elements;
  }

  override parts(): readonly Value[] {
    return this.elements.filter((element) => element !== undefined);
  }

  /** The list with one element replaced; it grows when the index is its length. @throws MalformedError. */
  with(index: number, element: Value): TensorList {
    if (!(index >= 0 && index < this.elements.length)) throw this.#outside(index);
    const elements = this.elements.slice();
    elements[index] = element;
    return new TensorList(this.dtype, this.elementShape, elements);
  }

  /** The list with other elements. */
  of(elements: readonly (Value | undefined)[]): TensorList {
    return new TensorList(this.dtype, this.elementShape, elements);
  }

  /** The element of an index; zeros where none was set. @throws MalformedError outside of the list. */
  at(index: number, shape: PartialShape = null): Value {
    if (!(index >= 0 && index < this.elements.length)) throw this.#outside(index);
    return this.elements[index] ?? this.#zeros(shape);
  }

  #zeros(shape: PartialShape): Value {
    const known = mergeShapes(mergeShapes(this.elementShape, shape), this.#seenShape());
    if (known?.every((length) => length !== null) !== true) {
      throw new MalformedError(
        'An element of a list that was not set is read; its shape is not known.',
      );
    }
    return zerosOf(known as number[], this.dtype);
  }

  #seenShape(): PartialShape {
    const seen = this.elements.find((element) => element !== undefined);
    return seen === undefined ? null : shapeOf(seen);
  }

  #outside(index: number): MalformedError {
    return new MalformedError(
      `Element ${index} of a list of ${this.elements.length} is asked for.`,
    );
  }
}

/** Zeros of a type. */
export function zerosOf(shape: readonly number[], dtype: GraphDType): Value {
  if (isFloat(dtype)) return tf.zeros([...shape]);
  const empty = dtype === 'string' ? new Uint8Array() : 0;
  return new HostTensor(dtype, shape, new Array<typeof empty>(sizeOf(shape)).fill(empty));
}

/** The list that a value is. @throws MalformedError when it is something else. */
export function listOf(value: Value): TensorList {
  if (value instanceof TensorList) return value;
  throw new MalformedError('A graph uses something else as a tensor list.');
}

/** A list of elements that are not set. @throws LimitError for very long ones. */
export function reservedList(dtype: GraphDType, shape: PartialShape, length: number): TensorList {
  if (length < 0) throw new MalformedError(`A list of ${length} elements is made.`);
  if (length > MAX_LENGTH) {
    throw new LimitError(
      `A list of ${length} elements is made; at most ${MAX_LENGTH} are allowed.`,
    );
  }
  return new TensorList(dtype, shape, new Array<undefined>(length).fill(undefined));
}

/** The shape that a tensor holds, in which -1 is unknown; a scalar -1 is any shape. */
export function partialShapeOf(value: Value | undefined): PartialShape {
  if (value === undefined) return null;
  const lengths = integersOf(value);
  if (shapeOf(value).length === 0) return null;
  return lengths.map((length) => (length < 0 ? null : length));
}

/** What two descriptions of one shape say together. */
function mergeShapes(a: PartialShape, b: PartialShape): PartialShape {
  if (a === null || b === null) return a ?? b;
  return a.map((length, axis) => length ?? b[axis] ?? null);
}

/** All elements stacked along a new first axis. */
export function stackList(list: TensorList, shape: PartialShape): Value {
  const elements = list.elements.map((_, i) => list.at(i, shape));
  if (elements.length > 0) return packValues(elements, 0);
  const known = mergeShapes(list.elementShape, shape) ?? [];
  return zerosOf([0, ...known.map((length) => length ?? 0)], list.dtype);
}

/** The slices of a tensor along its first axis, as a list. */
export function listFromTensor(value: Value, dtype: GraphDType, shape: PartialShape): TensorList {
  return new TensorList(dtype, shape, (shapeOf(value)[0] ?? 0) > 0 ? unpackValue(value, 0) : []);
}

/** All elements joined along their first axis, and how long each was. */
export function concatList(list: TensorList): { joined: Value; lengths: number[] } {
  const elements = list.elements.map((_, i) => list.at(i));
  const lengths = elements.map((element) => shapeOf(element)[0] ?? 0);
  const known = list.elementShape?.slice(1).map((length) => length ?? 0) ?? [];
  const joined =
    elements.length > 0 ? concatValues(elements, 0) : zerosOf([0, ...known], list.dtype);
  return { joined, lengths };
}
