import type { DType } from '@km/core';
import { deviceDType } from './flat.ts';
import { flatten, isPlainObject } from './nest.ts';
import { raggedShape, rowsOf } from './rows.ts';
import type { Config, Nested, Shape } from './types.ts';

/** What a layer demands of one input; `null` sizes match any size. */
export interface InputSpecOptions {
  readonly dtype?: DType | null;
  readonly shape?: Shape | null;
  readonly ndim?: number | null;
  readonly max_ndim?: number | null;
  readonly min_ndim?: number | null;
  /** Sizes of single axes, by axis; negative axes count from the end. */
  readonly axes?: Readonly<Record<number, number | null>> | null;
  readonly allow_last_axis_squeeze?: boolean;
  readonly name?: string | null;
}

/** Rank, dtype and shape that a layer demands of an input. */
export class InputSpec {
  readonly dtype: DType | null;
  readonly shape: Shape | null;
  readonly ndim: number | null;
  readonly max_ndim: number | null;
  readonly min_ndim: number | null;
  readonly axes: Readonly<Record<number, number | null>>;
  readonly allow_last_axis_squeeze: boolean;
  readonly name: string | null;

  constructor(options: InputSpecOptions = {}) {
    this.dtype = options.dtype ?? null;
    this.shape = options.shape ?? null;
    this.ndim = this.shape === null ? (options.ndim ?? null) : this.shape.length;
    this.max_ndim = options.max_ndim ?? null;
    this.min_ndim = options.min_ndim ?? null;
    this.axes = options.axes ?? {};
    this.allow_last_axis_squeeze = options.allow_last_axis_squeeze ?? false;
    this.name = options.name ?? null;
    this.#checkAxes();
  }

  #checkAxes(): void {
    const rank = this.ndim ?? this.max_ndim;
    const axes = Object.keys(this.axes).map(Number);
    if (rank === null || axes.length === 0) return;
    const largest = Math.max(...axes);
    if (largest > rank - 1) {
      throw new RangeError(
        `Axis ${String(largest)} is greater than the maximum allowed value: ${String(rank - 1)}`,
      );
    }
  }

  get_config(): Config {
    const { dtype, shape, ndim, max_ndim, min_ndim, axes } = this;
    return { dtype, shape, ndim, max_ndim, min_ndim, axes };
  }
}

/** What of a tensor a specification looks at. */
export interface SpecSubject {
  readonly shape: Shape;
  readonly dtype: string;
}

/** Prints a shape as Python prints a tuple. */
export function printShape(shape: Shape): string {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return sizes.length === 1 ? `(${sizes.join('')},)` : `(${sizes.join(', ')})`;
}

/** Checks inputs against the demands of a layer and throws Keras's message on the first that fails. */
export function assertInputCompatibility(
  input_spec: Nested<InputSpec | null> | null,
  inputs: Nested<SpecSubject>,
  layerName: string,
): void {
  if (input_spec === null) return;
  const specs = flatten<InputSpec | null>(input_spec);
  const tensors = inSpecOrder(specs, inputs).map((x) => subjectOf(x, layerName));
  if (tensors.length !== specs.length) {
    const received = tensors.map((x) => printShape(x.shape)).join(', ');
    throw new RangeError(
      `Layer "${layerName}" expects ${String(specs.length)} input(s), but it received ${String(tensors.length)} input tensors. Inputs received: [${received}]`,
    );
  }
  specs.forEach((spec, index) => {
    const x = tensors[index];
    if (spec === null || x === undefined) return;
    const problem =
      findRankProblem(spec, x) ?? findDTypeProblem(spec, x) ?? findSizeProblem(spec, x);
    if (problem === null) return;
    throw new RangeError(
      `Input ${String(index)} of layer "${layerName}" is incompatible with the layer: ${problem}`,
    );
  });
}

/** Flattens inputs; a dictionary goes by the names of the specifications when all have one. */
function inSpecOrder(
  specs: readonly (InputSpec | null)[],
  inputs: Nested<SpecSubject>,
): SpecSubject[] {
  const names = specs.map((spec) => spec?.name ?? null);
  if (!isPlainObject(inputs) || names.some((name) => name === null)) {
    return flatten<SpecSubject>(inputs);
  }
  const entries = inputs as { readonly [key: string]: Nested<SpecSubject> };
  return names.flatMap((name) => {
    const value = name === null ? undefined : entries[name];
    if (value === undefined) {
      throw new RangeError(
        `Missing data for input "${String(name)}". You passed a data dictionary with keys [${Object.keys(entries).join(', ')}]. Expected the following keys: [${names.join(', ')}]`,
      );
    }
    return flatten<SpecSubject>(value);
  });
}

/** What a specification looks at in an input; the rows of a ragged one are an axis of open size. */
function subjectOf(x: SpecSubject, layerName: string): SpecSubject {
  if (typeof x === 'object' && x !== null && 'shape' in x) {
    return rowsOf(x) === null ? x : { ...x, dtype: x.dtype, shape: raggedShape(x) };
  }
  throw new TypeError(
    `Inputs to a layer should be tensors. Got '${String(x)}' (of type ${typeof x}) as input for layer '${layerName}'.`,
  );
}

function findRankProblem(spec: InputSpec, x: SpecSubject): string | null {
  const found = x.shape.length;
  const full = `Full shape received: ${printShape(x.shape)}`;
  if (spec.ndim !== null && !spec.allow_last_axis_squeeze && found !== spec.ndim) {
    return `expected ndim=${String(spec.ndim)}, found ndim=${String(found)}. ${full}`;
  }
  if (spec.max_ndim !== null && found > spec.max_ndim) {
    return `expected max_ndim=${String(spec.max_ndim)}, found ndim=${String(found)}`;
  }
  if (spec.min_ndim !== null && found < spec.min_ndim) {
    return `expected min_ndim=${String(spec.min_ndim)}, found ndim=${String(found)}. ${full}`;
  }
  return null;
}

function findDTypeProblem(spec: InputSpec, x: SpecSubject): string | null {
  if (spec.dtype === null || x.dtype === spec.dtype) return null;
  // A tensor has the dtype in which tfjs keeps it: float16 as float32, int64 as int32.
  if ('dataId' in x && x.dtype === deviceDType(spec.dtype)) return null;
  return `expected dtype=${spec.dtype}, found dtype=${x.dtype}`;
}

function findSizeProblem(spec: InputSpec, x: SpecSubject): string | null {
  for (const [axis, value] of Object.entries(spec.axes)) {
    const size = x.shape.at(Number(axis)) ?? null;
    if (value !== null && size !== null && size !== value) {
      return `expected axis ${axis} of input shape to have value ${String(value)}, but received input with shape ${printShape(x.shape)}`;
    }
  }
  if (spec.shape === null) return null;
  const squeeze = spec.allow_last_axis_squeeze;
  const wanted = squeeze ? withoutLastOne(spec.shape) : spec.shape;
  const sizes = squeeze ? withoutLastOne(x.shape) : x.shape;
  const clash = wanted.some((size, i) => {
    const other = sizes[i] ?? null;
    return size !== null && other !== null && size !== other;
  });
  if (!clash) return null;
  return `expected shape=${printShape(spec.shape)}, found shape=${printShape(x.shape)}`;
}

function withoutLastOne(shape: Shape): Shape {
  return shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
}
