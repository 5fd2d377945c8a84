import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Frame, Frames, hasValues } from './frames.ts';
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

/** What runs a kernel in tfjs. */
export type RunKernel = ReturnType<typeof tf.engine>['runKernel'];

/** Where to take the stack of a record that turned out to be impossible to write. */
export interface StackRequest {
  readonly at: number;
  stack: string;
}

/** What one run of a function is noted for. */
export interface RecorderOptions {
  /** Owners whose functions are written out where they are called. */
  readonly inlined: ReadonlySet<object>;
  /** Number of the run. */
  readonly run: number;
  readonly stack: StackRequest | null;
}

/** Lengths for axes whose length only values decide; no sum or product of small numbers. */
const PRIMES: readonly number[] = [
  1009, 1451, 1153, 1889, 1277, 1663, 1061, 1531, 1999, 1201, 1741, 1367, 1103, 1597, 1823, 1301,
  1487, 1931, 1231, 1693, 1409, 1789, 1129, 1549, 1327, 1871, 1213, 1637, 1447,
];
const RUN_STEP = 11;
const UNKNOWN_STEP = 7;

type StepResult = readonly [outputs: readonly tf.Tensor[], states: readonly tf.Tensor[]];

/** Computes the outputs and the next states of one step of a loop. */
export type TracedStep = (
  slices: readonly tf.Tensor[],
  states: readonly tf.Tensor[],
) => readonly [outputs: readonly tf.Tensor[], states: readonly tf.Tensor[]];

/** Notes what happens on the shape-only backend while one function runs once. */
export class Recorder {
  /** All records in the order in which they were made. */
  readonly order: TraceRecord[] = [];
  readonly #frames: Frames = new Frames();
  readonly #inlined: ReadonlySet<object>;
  readonly #stack: StackRequest | null;
  readonly #reads: Map<TracedVariable, tf.Tensor> = new Map();
  readonly #kept: tf.Tensor[] = [];
  readonly #cleanups: (() => void)[] = [];
  readonly #runKernel: RunKernel;
  readonly #run: number;
  #unknowns = 0;
  #muted: object | null = null;
  #inline = 0;

  /** @param runKernel The engine's own, which notes nothing. */
  constructor(runKernel: RunKernel, { inlined, run, stack }: RecorderOptions) {
    this.#runKernel = runKernel;
    this.#inlined = inlined;
    this.#run = run;
    this.#stack = stack;
  }

  get values(): readonly RunValue[] {
    return this.#frames.values;
  }

  get records(): readonly TraceRecord[] {
    return this.#frames.root.records;
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

  /** A length that differs between runs as no other does. */
  unknownLength(): number {
    const place = this.#run * RUN_STEP + this.#unknowns * UNKNOWN_STEP;
    this.#unknowns += 1;
    return PRIMES[place % PRIMES.length] ?? 1;
  }

  /** Gives a new tensor its place. */
  add(tensor: tf.Tensor): ValueIndex {
    return this.#frames.add(tensor);
  }

  /** Place of a tensor that is used. @throws UnsupportedError when it is neither computed in the function nor a constant. */
  resolve(tensor: tf.Tensor): ValueIndex {
    return this.#frames.resolve(tensor);
  }

  #append(record: TraceRecord, frame: Frame = this.#frames.current): void {
    if (this.#stack !== null && this.order.length === this.#stack.at) {
      this.#stack.stack = new Error('').stack ?? '';
    }
    this.order.push(record);
    frame.records.push(record);
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
      this.#frames.disown(outputs, this.#muted);
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

  /** The value of a variable; one read serves until the variable is assigned. */
  read(variable: TracedVariable, dtype: tf.DataType): tf.Tensor {
    const known = this.#reads.get(variable);
    if (known !== undefined) return known;
    const tensor = tf.keep(this.placeholder(variable.shape, dtype));
    this.#kept.push(tensor);
    if (this.#muted !== null) {
      this.#frames.disown([tensor], this.#muted);
      return tensor;
    }
    this.#reads.set(variable, tensor);
    // Steps of loops get the value from outside, so that gradients find it among the inputs of the loop.
    const outputs = [this.#frames.add(tensor, null, this.#frames.root)] as const;
    this.#append({ type: 'read', variable, outputs }, this.#frames.root);
    return tensor;
  }

  /** Notes an assignment. @throws UnsupportedError in the step of a loop. */
  assign(variable: TracedVariable, value: tf.Tensor, mode: AssignMode): void {
    if (this.#muted !== null) return;
    if (this.#frames.isInner) {
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
    record: Pick<OpRecord, 'op' | 'resources' | 'lists' | 'inputTypes' | 'attrs'>,
    inputs: readonly tf.Tensor[],
    specs: readonly { readonly shape: readonly number[]; readonly dtype: tf.DataType }[],
  ): tf.Tensor[] {
    const outputs = specs.map(({ shape, dtype }) => this.placeholder(shape, dtype));
    if (this.#muted !== null) {
      this.#frames.disown(outputs, this.#muted);
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
    if (this.#muted !== null) return callee.given === undefined ? null : callee.run(inputs);
    const here = this.#inline === 0 && !this.#frames.isInner;
    if (!here || this.#inlined.has(callee.owner)) return null;
    const indices = inputs.map((tensor) => this.resolve(tensor));
    this.#muted = callee.owner;
    const results: tf.Tensor[] = [];
    try {
      for (const output of callee.run(inputs)) {
        // What is handed through needs a handle of its own.
        const own = this.#frames.has(output) || results.includes(output) || output.kept;
        results.push(own ? tf.clone(output) : output);
      }
    } finally {
      this.#muted = null;
    }
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
      this.#frames.disown([...outputs, ...next], muted);
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
    return this.#frames.within(frame, () => {
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
    });
  }
}
