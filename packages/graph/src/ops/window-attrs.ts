import { LimitError, MalformedError } from '@km/core';
import type { ConvolutionPadding } from '../composed/convolution.ts';
import type { DataFormat } from '../composed/data-format.ts';
import { windowsOf } from '../composed/window.ts';
import type { Attrs } from '../executor/attrs.ts';

/** The settings of a convolution or pooling that TensorFlow lists for every axis, for the spatial axes alone. */
export interface WindowAttrs {
  readonly format: DataFormat;
  readonly spatial: (perAxis: readonly number[]) => number[];
  readonly padding: ConvolutionPadding;
}

const LAYOUTS: ReadonlyMap<string, DataFormat> = new Map([
  ['NHWC', 'channels_last'],
  ['NDHWC', 'channels_last'],
  ['NWC', 'channels_last'],
  ['CHANNELS_LAST', 'channels_last'],
  ['NCHW', 'channels_first'],
  ['NCDHW', 'channels_first'],
  ['NCW', 'channels_first'],
  ['CHANNELS_FIRST', 'channels_first'],
]);

/** Reads layout and padding of a convolution or pooling. @throws MalformedError for sizes that no window has. */
export function windowAttrs(attrs: Attrs): WindowAttrs {
  const name = attrs.optionalString('data_format') ?? 'NHWC';
  const format = LAYOUTS.get(name);
  if (format === undefined) throw new MalformedError(`TensorFlow has no data format '${name}'.`);
  const inner = (perAxis: readonly number[]): number[] =>
    format === 'channels_first' ? perAxis.slice(2) : perAxis.slice(1, -1);
  return {
    format,
    spatial: (perAxis) => atLeast(1, inner(perAxis)),
    padding: paddingOf(attrs, (perAxis) => atLeast(0, inner(perAxis))),
  };
}

/** A convolution or pooling whose gradient is asked for; shapes with the channels last. */
export interface WindowedShapes {
  readonly input: readonly number[];
  /** Sizes of the window along the spatial axes. */
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: ConvolutionPadding;
  /** Shape of the gradient of the result. */
  readonly gradient: readonly number[];
}

/** Most cells of a window in a gradient, where all of them count; those of filters seen have some hundred. */
const MAX_CELLS = 2 ** 20;

/**
 * Makes sure that the sizes which a graph computes for a gradient belong to that gradient, before anything as large is made.
 * @throws MalformedError when they do not; LimitError for huge windows.
 */
export function requireWindowed(shapes: WindowedShapes): void {
  const { input, window, strides, dilations, padding, gradient } = shapes;
  const sizes = { input: input.slice(1, -1), filter: window, strides, dilations };
  const spatial = windowsOf(sizes, padding === 'causal' ? 'valid' : padding);
  const wanted = [input[0], ...spatial.map(({ output }) => output)];
  const fits =
    input.length === gradient.length &&
    window.length === input.length - 2 &&
    wanted.every((size, axis) => size === gradient[axis]);
  if (!fits) {
    throw new MalformedError(
      `A gradient of shape [${gradient.join(', ')}] is none of windows [${window.join(', ')}] in [${input.join(', ')}].`,
    );
  }
  const cells = window.reduce((product, size) => product * size, 1);
  if (cells <= MAX_CELLS) return;
  throw new LimitError(`A window of [${window.join(', ')}] has more than ${MAX_CELLS} cells.`);
}

/** Largest size, step or padding of a window. */
const MAX_WINDOW = 2 ** 31 - 1;

function atLeast(smallest: number, sizes: number[]): number[] {
  if (sizes.every((size) => size >= smallest && size <= MAX_WINDOW)) return sizes;
  throw new MalformedError(
    `A window has the sizes, steps or padding [${sizes.join(', ')}]; the smallest is ${smallest}.`,
  );
}

function paddingOf(attrs: Attrs, spatial: WindowAttrs['spatial']): ConvolutionPadding {
  const scheme = attrs.string('padding');
  if (scheme === 'SAME') return 'same';
  if (scheme === 'VALID') return 'valid';
  if (scheme !== 'EXPLICIT') throw new MalformedError(`TensorFlow has no padding '${scheme}'.`);
  const flat = attrs.ints('explicit_paddings');
  const before = spatial(flat.filter((_, i) => i % 2 === 0));
  const after = spatial(flat.filter((_, i) => i % 2 === 1));
  return before.map((count, axis): [number, number] => [count, after[axis] ?? 0]);
}
