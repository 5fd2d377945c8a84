import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';
import { finished } from './matrix.ts';

type Pad = 'valid' | 'same' | number | readonly (readonly number[])[];

/** One number per spatial axis, between those of batch and channels. */
function perAxis(call: KernelCall, name: string, rank: number): number[] {
  const list = call.fixedList(name, [1]);
  const spatial = list.length === rank ? list : new Array<number>(rank).fill(list[0] ?? 1);
  return spatial;
}

function around(spatial: readonly number[]): attr.GraphAttr {
  return attr.ints([1, ...spatial, 1]);
}

/** Padding of the spatial axes, before and after; null for the two schemes with a name. */
function explicitPads(call: KernelCall, rank: number): (readonly number[])[] | null {
  const pad = call.attr('pad') as Pad;
  if (typeof pad === 'string') return null;
  if (typeof pad === 'number') return Array.from({ length: rank }, () => [pad, pad]);
  return pad.length === rank ? [...pad] : pad.slice(1, rank + 1);
}

function padded(
  call: KernelCall,
  x: GraphTensor,
  pads: readonly (readonly number[])[],
): GraphTensor {
  const rows = [[0, 0], ...pads, [0, 0]];
  const matrix = call.emit.constant('int32', [rows.length, 2], rows.flat());
  return call.emit.op('Pad', [x, matrix]);
}

interface Padding {
  readonly x: GraphTensor;
  readonly padding: attr.GraphAttr;
}

/** The scheme of a padding; explicit ones are applied before by an op of their own. */
function paddingOf(call: KernelCall, x: GraphTensor, rank: number): Padding {
  const pads = explicitPads(call, rank);
  if (pads === null) {
    return { x, padding: attr.text(String(call.attr('pad')).toUpperCase()) };
  }
  const isNone = pads.flat().every((length) => length === 0);
  return { x: isNone ? x : padded(call, x, pads), padding: attr.text('VALID') };
}

/** Puts zeros between the taps of a filter, for ops that know no dilation on CPU. */
function dilated(call: KernelCall, filter: GraphTensor, rates: readonly number[]): GraphTensor {
  if (rates.every((rate) => rate === 1)) return filter;
  const { emit } = call;
  const shape = call.shape('filter').map(Number);
  const taps = shape.slice(0, rates.length);
  const channels = shape.slice(rates.length);
  const apart = emit.op('Reshape', [
    filter,
    emit.vector([...taps.flatMap((n) => [n, 1]), ...channels]),
  ]);
  const rows = [
    ...rates.flatMap((rate) => [
      [0, 0],
      [0, rate - 1],
    ]),
    ...channels.map(() => [0, 0]),
  ];
  const spread = emit.op('Pad', [apart, emit.constant('int32', [rows.length, 2], rows.flat())]);
  const joined = emit.op('Reshape', [
    spread,
    emit.vector([...taps.map((n, axis) => n * (rates[axis] ?? 1)), ...channels]),
  ]);
  const spans = taps.map((n, axis) => (n - 1) * (rates[axis] ?? 1) + 1);
  const begin = emit.vector(shape.map(() => 0));
  return emit.op('Slice', [joined, begin, emit.vector([...spans, ...channels])]);
}

function conv2d(call: KernelCall): GraphTensor {
  const pads = explicitPads(call, 2);
  const explicit = pads?.flat().some((length) => length !== 0) === true;
  const scheme = pads === null ? String(call.attr('pad')).toUpperCase() : 'VALID';
  return call.emit.op('Conv2D', [call.tensor('x'), call.tensor('filter')], {
    strides: around(perAxis(call, 'strides', 2)),
    dilations: around(perAxis(call, 'dilations', 2)),
    padding: attr.text(explicit ? 'EXPLICIT' : scheme),
    ...(explicit &&
      pads !== null && { explicit_paddings: attr.ints([0, 0, ...pads.flat(), 0, 0]) }),
  });
}

function depthwise(call: KernelCall): GraphTensor {
  const { x, padding } = paddingOf(call, call.tensor('x'), 2);
  const filter = dilated(call, call.tensor('filter'), perAxis(call, 'dilations', 2));
  const [down = 1, across = 1] = perAxis(call, 'strides', 2);
  const attrs = (stride: readonly number[]): Record<string, attr.GraphAttr> => ({
    strides: around(stride),
    padding,
  });
  if (down === across)
    return call.emit.op('DepthwiseConv2dNative', [x, filter], attrs([down, across]));
  return unevenDepthwise(call, x, filter, [down, across]);
}

/** The op takes equal strides only: convolve each channel as a batch of its own by `Conv2D`. */
function unevenDepthwise(
  call: KernelCall,
  x: GraphTensor,
  filter: GraphTensor,
  strides: readonly number[],
): GraphTensor {
  const { emit } = call;
  const { padding } = paddingOf(call, x, 2);
  const [, , channels = 1] = call.shape('filter').map(Number);
  const attrs = { num_split: attr.int(channels) };
  const parts = (tensor: GraphTensor, axis: number): readonly GraphTensor[] =>
    emit.node('Split', [emit.scalar(axis), tensor], { attrs }).outputs;
  const filters = parts(filter, 2);
  const made = parts(x, 3).map((channel, i) =>
    emit.op('Conv2D', [channel, filters[i] ?? filter], { strides: around(strides), padding }),
  );
  const [first] = made;
  if (made.length === 1 && first !== undefined) return first;
  return emit.op('ConcatV2', [made, emit.scalar(3)]);
}

function conv3d(call: KernelCall): GraphTensor {
  const { x, padding } = paddingOf(call, call.tensor('x'), 3);
  const filter = dilated(call, call.tensor('filter'), perAxis(call, 'dilations', 3));
  return call.emit.op('Conv3D', [x, filter], {
    strides: around(perAxis(call, 'strides', 3)),
    padding,
  });
}

/** The gradient of a convolution by its input, which is how convolutions are transposed. */
function transposed(op: string, rank: number): KernelWriter {
  return (call) => {
    const sizes = call.vector(call.numbers('inputShape'));
    const filter = dilated(call, call.tensor('filter'), perAxis(call, 'dilations', rank));
    return call.emit.op(op, [sizes, filter, call.tensor('dy')], {
      strides: around(perAxis(call, 'strides', rank)),
      padding: attr.text(String(call.attr('pad')).toUpperCase()),
    });
  };
}

function pool(op: string, rank: number): KernelWriter {
  return (call) => {
    const { x, padding } = paddingOf(call, call.tensor('x'), rank);
    return call.emit.op(op, [x], {
      ksize: around(perAxis(call, 'filterSize', rank)),
      strides: around(perAxis(call, 'strides', rank)),
      padding,
    });
  };
}

/** Kernels that slide a window over spatial axes. */
export const windowWriters: KernelFamily = {
  Conv2D: conv2d,
  FusedConv2D: (call) => finished(call, conv2d(call)),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: (call) => finished(call, depthwise(call)),
  Conv3D: conv3d,
  Conv2DBackpropInput: transposed('Conv2DBackpropInput', 2),
  Conv3DBackpropInputV2: transposed('Conv3DBackpropInputV2', 3),
  MaxPool: pool('MaxPool', 2),
  AvgPool: pool('AvgPool', 2),
  MaxPool3D: pool('MaxPool3D', 3),
  AvgPool3D: pool('AvgPool3D', 3),
  Dilation2D: (call) =>
    call.emit.op('Dilation2D', [call.tensor('x'), call.tensor('filter')], {
      strides: around(perAxis(call, 'strides', 2)),
      rates: around(perAxis(call, 'dilations', 2)),
      padding: attr.text(String(call.attr('pad')).toUpperCase()),
    }),
  LRN: (call) =>
    call.emit.op('LRN', [call.tensor('x')], {
      depth_radius: attr.int(call.fixed('depthRadius')),
      bias: attr.float(call.fixed('bias')),
      alpha: attr.float(call.fixed('alpha')),
      beta: attr.float(call.fixed('beta')),
    }),
};
