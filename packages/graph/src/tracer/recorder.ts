import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { MetaBackend } from '../meta/index.ts';
import type {
  AssignMode,
  Callee,
  KernelInputs,
  LoopBody,
  OpRecord,
  RunValue,
  TraceRecord,
  ValueIndex,
} from './records.ts';
import type { TracedVariable } from './types.ts';

/** Asks for another attempt in which the functions of an owner are written out where they are called. */
export class InlineRequest extends Error {
  readonly owner: object;

  constructor(owner: object) {
    super('a tensor from inside of a called function is used outside');
    this.owner = owner;
  }
}

interface Known {
  readonly index: ValueIndex;
  readonly frame: Frame;
}

/** Records of a function, or of the step of a loop. */
interface Frame {
  readonly records: TraceRecord[];
}

/** What runs a kernel in tfjs. */
export type RunKernel = ReturnType<typeof tf.engine>['runKernel'];

/** Where to take the stack of a record that turned out to be impossible to write. */
export interface StackRequest {
  readonly at: number;
  stack: string;
}

type StepResult = readonly [outputs: readonly tf.Tensor[], states: readonly tf.Tensor[]];

/** Computes the outputs and the next states of one step of a loop. */
export type TracedStep = (
  slices: readonly tf.Tensor[],
  states: readonly tf.Tensor[],
) => readonly [outputs: readonly tf.Tensor[], states: readonly tf.Tensor[]];

/** Notes what happens on the shape-only backend while one function runs once. */
export class Recorder {
  readonly values: RunValue[] = [];
  /** All records in the order in which they were made. */
  readonly order: TraceRecord[] = [];
  readonly #known: Map<number, Known> = new Map();
  /** Tensors that were made while nothing was noted, with the owner of the call. */
  readonly #foreign: Map<number, object> = new Map();
  readonly #root: Frame = { records: [] };
  readonly #frames: Frame[] = [this.#root];
  readonly #inlined: ReadonlySet<object>;
  readonly #stack: StackRequest | null;
  readonly #reads: Map<TracedVariable, tf.Tensor> = new Map();
  readonly #kept: tf.Tensor[] = [];
  readonly #cleanups: (() => void)[] = [];
  readonly #runKernel: RunKernel;
  #muted: object | null = null;
  #inline = 0;

  /** @param runKernel The engine's own, which notes nothing. */
  constructor(runKernel: RunKernel, inlined: ReadonlySet<object>, stack: StackRequest | null) {
    this.#runKernel = runKernel;
    this.#inlined = inlined;
    this.#stack = stack;
  }

  get records(): readonly TraceRecord[] {
    return this.#root.records;
  }

  /** Registers what is to happen when the run ends, however it ends. */
  atEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Ends the run. */
  end(): void {
    for (const cleanup of this.#cleanups.reverse()) cleanup();
    for (const tensor of this.#kept) if (!tensor.isDisposed) tensor.dispose();
  }

  /** Makes a tensor without values that no record explains. */
  placeholder(shape: readonly number[], dtype: tf.DataType): tf.Tensor {
    const value = dtype === 'string' ? '' : 0;
    const attrs = { shape: [...shape], dtype, value };
    return this.#runKernel.call(tf.engine(), tf.Fill, {}, attrs) as tf.Tensor;
  }

  /** Gives a new tensor its place. */
  add(
    tensor: tf.Tensor,
    data: tf.BackendValues | null = null,
    frame: Frame = this.#frame,
  ): ValueIndex {
    const index = this.values.length;
    this.values.push({ shape: tensor.shape, dtype: tensor.dtype, data });
    this.#known.set(tensor.id, { index, frame });
    return index;
  }

  get #frame(): Frame {
    return this.#frames.at(-1) ?? this.#root;
  }

  #append(record: TraceRecord, frame: Frame = this.#frame): void {
    if (this.#stack !== null && this.order.length === this.#stack.at) {
      this.#stack.stack = new Error('').stack ?? '';
    }
    this.order.push(record);
    frame.records.push(record);
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
    return this.add(tensor, constantOf(tensor), this.#root);
  }

  /** Runs a kernel and notes it. */
  runKernel(
    kernel: string,
    inputs: tf.NamedTensorMap | undefined,
    attrs: tf.NamedAttrMap | undefined,
  ): tf.Tensor | tf.Tensor[] {
    const result = this.#runKernel.call(tf.engine(), kernel, inputs ?? {}, attrs ?? {}) as
      | tf.Tensor
      | tf.Tensor[];
    const outputs = [result].flat();
    if (this.#muted !== null) {
      this.#disown(outputs, this.#muted);
      return result;
    }
    if (outputs.length > 0 && outputs.every(hasValues)) return result;
    const indices = this.#resolveInputs(inputs ?? {});
    this.#append({
      type: 'kernel',
      kernel,
      inputs: indices,
      attrs: attrs ?? {},
      outputs: outputs.map((output) => this.add(output)),
    });
    return result;
  }

  #resolveInputs(inputs: tf.NamedTensorMap): KernelInputs {
    const found = new Map<string, ValueIndex>();
    for (const [name, tensor] of Object.entries(inputs)) {
      if (tensor != null) found.set(name, this.resolve(tensor));
    }
    return found;
  }

  #disown(tensors: readonly tf.Tensor[], owner: object): void {
    for (const tensor of tensors) this.#foreign.set(tensor.id, owner);
  }

  /** The value of a variable; one read serves until the variable is assigned. */
  read(variable: TracedVariable, dtype: tf.DataType): tf.Tensor {
    const known = this.#reads.get(variable);
    if (known !== undefined) return known;
    const tensor = tf.keep(this.placeholder(variable.shape, dtype));
    this.#kept.push(tensor);
    if (this.#muted !== null) {
      this.#disown([tensor], this.#muted);
      return tensor;
    }
    this.#reads.set(variable, tensor);
    // Steps of loops get the value from outside, so that gradients find it among the inputs of the loop.
    const outputs = [this.add(tensor, null, this.#root)] as const;
    this.#append({ type: 'read', variable, outputs }, this.#root);
    return tensor;
  }

  /** Notes an assignment. @throws UnsupportedError in the step of a loop. */
  assign(variable: TracedVariable, value: tf.Tensor, mode: AssignMode): void {
    if (this.#muted !== null) return;
    if (this.#frames.length > 1) {
      throw new UnsupportedError(
        `The variable ${variable.name} is assigned in the step of a loop, which a graph written here cannot do. Assign it behind the loop.`,
      );
    }
    this.#append({
      type: 'assign',
      variable,
      mode,
      inputs: [this.resolve(value)],
      outputs: [],
    });
    this.#reads.delete(variable);
  }

  /** Notes an op of TensorFlow that makes tensors of known shapes. */
  op(
    record: Pick<OpRecord, 'op' | 'resources' | 'inputTypes' | 'attrs'>,
    inputs: readonly tf.Tensor[],
    specs: readonly { readonly shape: readonly number[]; readonly dtype: tf.DataType }[],
  ): tf.Tensor[] {
    const outputs = specs.map(({ shape, dtype }) => this.placeholder(shape, dtype));
    if (this.#muted !== null) {
      this.#disown(outputs, this.#muted);
      return outputs;
    }
    this.#append({
      type: 'op',
      ...record,
      inputs: inputs.map((tensor) => this.resolve(tensor)),
      outputs: outputs.map((tensor) => this.add(tensor)),
    });
    return outputs;
  }

  /** Runs something in which functions that could be called are written out. */
  inline<T>(run: () => T): T {
    this.#inline += 1;
    try {
      return run();
    } finally {
      this.#inline -= 1;
    }
  }

  /** Calls a function that is traced by itself; null when the caller has to run it here. */
  call(callee: Callee, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] | null {
    const here = this.#muted === null && this.#inline === 0 && this.#frames.length === 1;
    if (!here || this.#inlined.has(callee.owner)) return null;
    const indices = inputs.map((tensor) => this.resolve(tensor));
    this.#muted = callee.owner;
    const results: tf.Tensor[] = [];
    try {
      for (const output of callee.run(inputs)) {
        // What is handed through needs a handle of its own.
        const own = this.#known.has(output.id) || results.includes(output) || output.kept;
        results.push(own ? tf.clone(output) : output);
      }
    } finally {
      this.#muted = null;
    }
    for (const { id } of results) this.#foreign.delete(id);
    const outputs = results.map((tensor) => this.add(tensor));
    this.#append({ type: 'call', callee, inputs: indices, outputs });
    // The function may have assigned what was read before.
    this.#reads.clear();
    return results;
  }

  /** Notes a loop over the first axis of sequences; its step runs once. */
  loop(
    step: TracedStep,
    sequences: readonly tf.Tensor[],
    initial: readonly tf.Tensor[],
  ): { readonly outputs: tf.Tensor[]; readonly states: tf.Tensor[] } {
    const [length = 0] = sequences[0]?.shape ?? [];
    const slices = sequences.map(({ shape, dtype }) => this.placeholder(shape.slice(1), dtype));
    const states = initial.map(({ shape, dtype }) => this.placeholder(shape, dtype));
    const muted = this.#muted;
    if (muted !== null) {
      const [made, next] = step(slices, states);
      const outputs = made.map(({ shape, dtype }) => this.placeholder([length, ...shape], dtype));
      this.#disown([...outputs, ...next], muted);
      return { outputs, states: [...next] };
    }
    const from = sequences.map((tensor) => this.resolve(tensor));
    const start = initial.map((tensor) => this.resolve(tensor));
    const { made, body } = this.#step(() => step(slices, states), slices, states);
    const outputs = made.map(({ shape, dtype }) => this.placeholder([length, ...shape], dtype));
    const finals = initial.map(({ shape, dtype }) => this.placeholder(shape, dtype));
    this.#append({
      type: 'loop',
      sequences: from,
      states: start,
      body,
      outputs: [...outputs, ...finals].map((tensor) => this.add(tensor)),
    });
    return { outputs, states: finals };
  }

  /** Runs the step of a loop and notes it apart. */
  #step(
    run: () => StepResult,
    slices: readonly tf.Tensor[],
    states: readonly tf.Tensor[],
  ): { readonly made: readonly tf.Tensor[]; readonly body: LoopBody } {
    const frame: Frame = { records: [] };
    this.#frames.push(frame);
    try {
      const sliceIndices = slices.map((tensor) => this.add(tensor));
      const stateIndices = states.map((tensor) => this.add(tensor));
      const [made, next] = run();
      const body = {
        slices: sliceIndices,
        states: stateIndices,
        records: frame.records,
        outputs: made.map((tensor) => this.resolve(tensor)),
        nextStates: next.map((tensor) => this.resolve(tensor)),
      };
      return { made, body };
    } finally {
      this.#frames.pop();
    }
  }
}

/** True for a tensor whose values JavaScript gave. */
function hasValues(tensor: tf.Tensor): boolean {
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
