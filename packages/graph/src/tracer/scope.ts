import { UnsupportedError } from '@km/core';
import { type GraphDType, ownDType } from '../executor/dtype.ts';
import { Dimensions } from './dimensions.ts';
import { Emitter, type GraphTensor } from './emitter.ts';
import type { WriterScope } from './kernel-call.ts';
import type { MergedTrace, MergedValue } from './merge.ts';
import { openShape, type RunNumber, Varying } from './numbers.ts';
import type { ValueIndex } from './records.ts';
import { isUniform } from './tensor-message.ts';
import type { TracedHandle, TracedResource } from './types.ts';

/** Most elements of a constant that are computed one by one because they vary. */
const MAX_COMPUTED_ELEMENTS = 64;

/** Node of a variable's value, and what has used or changed the variable since. */
interface ResourceState {
  read: GraphTensor | null;
  writer: string | null;
  users: string[];
}

/** One function while it is written: its nodes, its tensors, and the resources that it uses. */
export class FunctionScope implements WriterScope {
  readonly emit: Emitter;
  readonly dimensions: Dimensions;
  readonly values: readonly MergedValue[];
  readonly runs: number;
  /** Resources by the names of their arguments, in the order of first use. */
  readonly captures: Map<TracedResource, string> = new Map();
  readonly writes: Set<TracedResource> = new Set();
  /** Nodes that run for their effects. */
  readonly effects: string[] = [];
  stateful: boolean = false;
  readonly #tensors: Map<ValueIndex, GraphTensor> = new Map();
  readonly #states: Map<TracedResource, ResourceState> = new Map();
  readonly #arguments: ReadonlySet<string>;
  #named = 0;

  constructor(trace: Pick<MergedTrace, 'values' | 'runs'>, names: readonly string[]) {
    this.emit = new Emitter(names);
    this.values = trace.values;
    this.runs = trace.runs;
    this.dimensions = new Dimensions(this.emit, trace.values, trace.runs);
    this.#arguments = new Set(names);
  }

  /** Makes a tensor known by its place. */
  define(value: ValueIndex, tensor: GraphTensor): void {
    this.#tensors.set(value, tensor);
    this.dimensions.know(value, tensor);
  }

  /** Facts of a place. */
  value(index: ValueIndex): MergedValue {
    const value = this.values[index];
    if (value === undefined) throw new TypeError(`There is no value ${index}.`);
    return value;
  }

  /** Shape of a place, null for unknown lengths. */
  openShape(index: ValueIndex): (number | null)[] {
    return openShape(this.value(index).shape);
  }

  tensor(index: ValueIndex): GraphTensor {
    const known = this.#tensors.get(index);
    const dtype = ownDType(this.value(index).dtype);
    if (known !== undefined) {
      const converted = this.emit.cast(known, dtype);
      if (converted !== known) this.#tensors.set(index, converted);
      return converted;
    }
    const { data } = this.value(index);
    if (data === null) throw new TypeError('A tensor is used before it is computed.');
    const made = this.#constant(index, dtype);
    this.#tensors.set(index, made);
    return made;
  }

  /** True for a constant that is the same whatever the unknown lengths are. */
  isFixed(index: ValueIndex): boolean {
    const { shape, data } = this.value(index);
    if (data === null || shape.some((length) => length instanceof Varying)) return false;
    const [first] = data;
    return data.every((each) => each === first || sameValues(each, first));
  }

  #constant(index: ValueIndex, dtype: GraphDType): GraphTensor {
    const { shape, data } = this.value(index);
    const [first = new Float32Array()] = data ?? [];
    const lengths = shape.filter((length): length is number => !(length instanceof Varying));
    if (this.isFixed(index)) return this.emit.constant(dtype, lengths, first);
    const all = data ?? [];
    if (all.every((each) => isUniform(each) && Object.is(each[0], first[0]))) {
      const element = this.emit.constant(dtype, [], [first[0] ?? 0]);
      return this.emit.op('Fill', [this.dimensions.vector(shape, []), element]);
    }
    const numeric = dtype === 'int32' || dtype === 'float32';
    if (lengths.length < shape.length || !numeric || first.length > MAX_COMPUTED_ELEMENTS) {
      throw new UnsupportedError(
        'A constant has other values or another shape for other lengths of an unknown axis. Make it by tensor operations.',
      );
    }
    const elements = Array.from({ length: first.length }, (_, i) =>
      this.#number(elementOf(all, i), dtype),
    );
    const [only] = elements;
    if (shape.length === 0 && only !== undefined) return only;
    const flat = this.emit.op('Pack', [elements]);
    return shape.length === 1 ? flat : this.emit.op('Reshape', [flat, this.emit.vector(lengths)]);
  }

  #number(number: RunNumber, dtype: GraphDType): GraphTensor {
    return dtype === 'int32'
      ? this.dimensions.scalar(number, [])
      : this.dimensions.real(number, []);
  }

  /** The argument through which the function gets a resource. */
  capture(resource: TracedResource): GraphTensor {
    const known = this.captures.get(resource);
    const dtype = capturedSpec(resource).dtype;
    if (known !== undefined) return { ref: known, dtype };
    const name = this.#captureName();
    this.captures.set(resource, name);
    this.emit.reserve(name);
    return { ref: name, dtype };
  }

  /** Names as TensorFlow gives them: `unknown`, `unknown_0`, `unknown_1` … */
  #captureName(): string {
    for (;;) {
      const name = this.#named === 0 ? 'unknown' : `unknown_${this.#named - 1}`;
      this.#named += 1;
      if (!this.#arguments.has(name)) return name;
    }
  }

  #state(resource: TracedResource): ResourceState {
    const state = this.#states.get(resource) ?? { read: null, writer: null, users: [] };
    this.#states.set(resource, state);
    return state;
  }

  /** The value of a variable that was read since it last changed, or what `make` writes behind the change. */
  readOnce(resource: TracedResource, make: (after: readonly string[]) => GraphTensor): GraphTensor {
    const state = this.#state(resource);
    state.read ??= make(state.writer === null ? [] : [state.writer]);
    state.users.push(state.read.ref.split(':')[0] ?? '');
    return state.read;
  }

  /** Nodes that have to run before a node that uses resources, or changes them. */
  before(resources: readonly TracedResource[], changes: readonly TracedResource[]): string[] {
    const nodes = resources.flatMap((resource) => {
      const { writer, users } = this.#state(resource);
      return [...(writer === null ? [] : [writer]), ...(changes.includes(resource) ? users : [])];
    });
    return [...new Set(nodes)];
  }

  /** Notes a node that used resources, and changed some. */
  touched(
    node: string,
    resources: readonly TracedResource[],
    changes: readonly TracedResource[],
  ): void {
    for (const resource of resources) this.#state(resource).users.push(node);
    for (const resource of changes) {
      this.#states.set(resource, { read: null, writer: node, users: [] });
      this.writes.add(resource);
    }
    if (changes.length > 0) this.effects.push(node);
  }
}

/** Type and shape of the argument that stands for what a function captures. */
export function capturedSpec(resource: TracedResource): NonNullable<TracedHandle['tensor']> {
  const tensor = 'tensor' in resource ? resource.tensor : undefined;
  return tensor ?? { dtype: 'resource', shape: [] };
}

function sameValues(a: ArrayLike<unknown> | undefined, b: ArrayLike<unknown> | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++)
    if (!Object.is(a[i], b[i]) && !sameBytes(a[i], b[i])) return false;
  return true;
}

function sameBytes(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array && sameValues(a, b);
}

function elementOf(runs: readonly ArrayLike<unknown>[], index: number): RunNumber {
  const values = runs.map((each) => Number(each[index] ?? 0));
  const [first = 0] = values;
  return values.every((value) => value === first) ? first : new Varying(values);
}
