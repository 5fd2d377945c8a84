import { UnsupportedError } from '@km/core';
import { ownDType } from '../executor/dtype.ts';
import type { Dimensions } from './dimensions.ts';
import type { Emitter, GraphTensor } from './emitter.ts';
import type { MergedValue } from './merge.ts';
import { type RunNumber, Varying } from './numbers.ts';
import type { KernelRecord, ValueIndex } from './records.ts';

/** What a function that is written knows of its tensors. */
export interface WriterScope {
  readonly emit: Emitter;
  readonly dimensions: Dimensions;
  readonly values: readonly MergedValue[];
  /** The tensor of a place, written when it is a constant. */
  tensor(value: ValueIndex): GraphTensor;
}

/** A call of a kernel that is to be written as ops of TensorFlow. */
export class KernelCall {
  readonly kernel: string;
  readonly emit: Emitter;
  readonly #scope: WriterScope;
  readonly #record: KernelRecord;

  constructor(record: KernelRecord, scope: WriterScope) {
    this.kernel = record.kernel;
    this.emit = scope.emit;
    this.#scope = scope;
    this.#record = record;
  }

  /** True when the kernel got an input, which may be optional. */
  has(name: string): boolean {
    return this.#record.inputs.has(name);
  }

  #value(name: string): ValueIndex {
    const value = this.#record.inputs.get(name);
    if (value !== undefined) return value;
    throw new TypeError(`The kernel ${this.kernel} needs the input '${name}'.`);
  }

  /** An input. */
  tensor(name: string): GraphTensor {
    return this.#scope.tensor(this.#value(name));
  }

  /** All inputs of a kernel that takes a list. */
  list(): GraphTensor[] {
    return [...this.#record.inputs.values()].map((value) => this.#scope.tensor(value));
  }

  /** Shape of an input. */
  shape(name: string): readonly RunNumber[] {
    return this.#scope.values[this.#value(name)]?.shape ?? [];
  }

  /** Number of axes of an input. */
  rank(name: string): number {
    return this.shape(name).length;
  }

  /** Type of an output. */
  outputType(index = 0): GraphTensor['dtype'] {
    return ownDType(this.#output(index).dtype);
  }

  /** Shape of an output. */
  outputShape(index = 0): readonly RunNumber[] {
    return this.#output(index).shape;
  }

  #output(index: number): MergedValue {
    const value = this.#scope.values[this.#record.outputs[index] ?? -1];
    if (value === undefined) throw new TypeError(`The kernel ${this.kernel} gave no output.`);
    return value;
  }

  get outputCount(): number {
    return this.#record.outputs.length;
  }

  /** An attribute as it is. */
  attr(name: string): unknown {
    return this.#record.attrs[name];
  }

  /** A number that may vary. */
  number(name: string): RunNumber {
    const value = this.attr(name);
    if (typeof value === 'number' || value instanceof Varying) return value;
    throw new TypeError(`The kernel ${this.kernel} needs the number '${name}'.`);
  }

  /** Numbers that may vary; one stands for a list of one. */
  numbers(name: string): readonly RunNumber[] {
    const value = this.attr(name);
    return Array.isArray(value) ? (value as readonly RunNumber[]) : [this.number(name)];
  }

  /** A number that is part of a node. @throws UnsupportedError if it depends on the length of an axis. */
  fixed(name: string, fallback?: number): number {
    const value = this.attr(name) ?? fallback;
    return fixedNumber(value, `'${name}' of ${this.kernel}`);
  }

  /** Numbers that are part of a node. */
  fixedList(name: string, fallback?: readonly number[]): number[] {
    const value = this.attr(name) ?? fallback;
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return list.map((each) => fixedNumber(each, `'${name}' of ${this.kernel}`));
  }

  /** True only if an attribute is. */
  flag(name: string): boolean {
    return this.attr(name) === true;
  }

  /** Writes numbers that may vary as an int32 vector. */
  vector(numbers: readonly RunNumber[], mayBeOpen = false): GraphTensor {
    return this.#scope.dimensions.vector(numbers, this.#near, mayBeOpen);
  }

  /** Writes a number that may vary as an int32 scalar. */
  scalar(number: RunNumber): GraphTensor {
    return this.#scope.dimensions.scalar(number, this.#near);
  }

  /** Writes a number that may vary as a float32 scalar. */
  real(number: RunNumber): GraphTensor {
    return this.#scope.dimensions.real(number, this.#near);
  }

  get #near(): ValueIndex[] {
    return [...this.#record.inputs.values()];
  }
}

function fixedNumber(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw new UnsupportedError(`The setting ${what} depends on the length of an unknown axis.`);
}

/** Writes a kernel as ops of TensorFlow; gives one tensor per output. */
export type KernelWriter = (call: KernelCall) => GraphTensor | readonly GraphTensor[];

/** Kernels by name. */
export type KernelFamily = Readonly<Record<string, KernelWriter>>;
