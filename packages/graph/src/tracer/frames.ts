import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { MetaBackend } from '../meta/index.ts';
import type { RunValue, TraceRecord, ValueIndex } from './records.ts';

/** Asks for another attempt in which the functions of an owner are written out where they are called. */
export class InlineRequest extends Error {
  readonly owner: object;

  constructor(owner: object) {
    super('a tensor from inside of a called function is used outside');
    this.owner = owner;
  }
}

/** Records of a function, or of the step of a loop. */
export interface Frame {
  readonly records: TraceRecord[];
}

interface Known {
  readonly index: ValueIndex;
  readonly frame: Frame;
}

/** Tensors of one run, by the function or the step of a loop that made them. */
export class Frames {
  readonly values: RunValue[] = [];
  readonly root: Frame = { records: [] };
  readonly #known: Map<number, Known> = new Map();
  /** Tensors that were made while nothing was noted, with the owner of the call. */
  readonly #foreign: Map<number, object> = new Map();
  readonly #frames: Frame[] = [this.root];

  get current(): Frame {
    return this.#frames.at(-1) ?? this.root;
  }

  /** True inside of the step of a loop. */
  get isInner(): boolean {
    return this.#frames.length > 1;
  }

  /** Runs something whose records go into a frame of their own. */
  within<T>(frame: Frame, run: () => T): T {
    this.#frames.push(frame);
    try {
      return run();
    } finally {
      this.#frames.pop();
    }
  }

  /** Gives a new tensor its place. */
  add(
    tensor: tf.Tensor,
    data: tf.BackendValues | null = null,
    frame: Frame = this.current,
  ): ValueIndex {
    const index = this.values.length;
    this.values.push({ shape: tensor.shape, dtype: tensor.dtype, data });
    this.#known.set(tensor.id, { index, frame });
    this.#foreign.delete(tensor.id);
    return index;
  }

  /** True for a tensor that has a place. */
  has(tensor: tf.Tensor): boolean {
    return this.#known.has(tensor.id);
  }

  /** Notes that tensors belong to the function of a call. */
  disown(tensors: readonly tf.Tensor[], owner: object): void {
    for (const tensor of tensors) this.#foreign.set(tensor.id, owner);
  }

  /** Place of a tensor that is used. @throws UnsupportedError when it is neither computed in the function nor a constant. */
  resolve(tensor: tf.Tensor): ValueIndex {
    const known = this.#known.get(tensor.id);
    if (known !== undefined) {
      if (this.#frames.includes(known.frame)) return known.index;
      throw new UnsupportedError('A tensor of a step of a loop is used outside of that step.');
    }
    const owner = this.#foreign.get(tensor.id);
    if (owner !== undefined) throw new InlineRequest(owner);
    return this.add(tensor, constantOf(tensor), this.root);
  }
}

/** True for a tensor whose values JavaScript gave. */
export function hasValues(tensor: tf.Tensor): boolean {
  const { constantValues } = tf.backend() as Partial<MetaBackend>;
  return constantValues?.call(tf.backend(), tensor.dataId) != null;
}

function constantOf(tensor: tf.Tensor): tf.BackendValues {
  try {
    return tf.engine().readSync(tensor.dataId);
  } catch (cause) {
    throw new UnsupportedError(
      'A function uses a tensor that was computed outside of it. Pass the tensor as an argument, or keep it in a Variable.',
      { cause },
    );
  }
}
