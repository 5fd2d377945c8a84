import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';
import { convolveDilated, type DilatedAxis } from './dilation.ts';
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

type Convolve = (x: GraphTensor, padding: attr.GraphAttr) => GraphTensor;

/** Convolves with the padding and the dilation of a call. */
function convolved(call: KernelCall, rank: number, convolve: Convolve): GraphTensor {
  const rates = perAxis(call, 'dilations', rank);
  if (rates.every((rate) => rate === 1)) {
    const { x, padding } = paddingOf(call, call.tensor('x'), rank);
    return convolve(x, padding);
  }
  const pads = explicitPads(call, rank);
  const taps = call.shape('filter').map(Number);
  const scheme = call.attr('pad') === 'same' ? 'same' : 'valid';
  const axes = rates.map((rate, axis): DilatedAxis => {
    const [before = 0, after = 0] = pads?.[axis] ?? [];
    return {
      length: call.shape('x')[axis + 1] ?? 1,
      taps: taps[axis] ?? 1,
      rate,
      padding: pads === null ? scheme : [before, after],
    };
  });
  return convolveDilated(call, call.tensor('x'), axes, (x) => convolve(x, attr.text('VALID')));
}

function conv2d(call: KernelCall): GraphTensor {
  const strides = around(perAxis(call, 'strides', 2));
  return convolved(call, 2, (x, padding) =>
    call.emit.op('Conv2D', [x, call.tensor('filter')], { strides, padding }),
  );
}

function conv3d(call: KernelCall): GraphTensor {
  const strides = around(perAxis(call, 'strides', 3));
  return convolved(call, 3, (x, padding) =>
    call.emit.op('Conv3D', [x, call.tensor('filter')], { strides, padding }),
  );
}

function depthwise(call: KernelCall): GraphTensor {
  const strides = perAxis(call, 'strides', 2);
  const [down, across] = strides;
  return convolved(call, 2, (x, padding) => {
    const attrs = { strides: around(strides), padding };
    if (down !== across) return unevenDepthwise(call, x, attrs);
    return call.emit.op('DepthwiseConv2dNative', [x, call.tensor('filter')], attrs);
  });
}

/** The op takes equal strides only: each channel is convolved by itself. */
function unevenDepthwise(
  call: KernelCall,
  x: GraphTensor,
  attrs: Readonly<Record<string, attr.GraphAttr>>,
): GraphTensor {
  const { emit } = call;
  const channels = Number(call.shape('filter')[2]);
  const parts = (tensor: GraphTensor, axis: number): readonly GraphTensor[] =>
    emit.node('Split', [emit.scalar(axis), tensor], { attrs: { num_split: attr.int(channels) } })
      .outputs;
  const filters = parts(call.tensor('filter'), 2);
  const made = parts(x, 3).flatMap((channel, i) => {
    const filter = filters[i];
    return filter === undefined ? [] : [emit.op('Conv2D', [channel, filter], attrs)];
  });
  const [first] = made;
  if (made.length === 1 && first !== undefined) return first;
  return emit.op('ConcatV2', [made, emit.scalar(3)]);
}

/** Puts zeros between the taps of a filter, for ops that know no dilation on CPU. */
function spread(call: KernelCall, filter: GraphTensor, rates: readonly number[]): GraphTensor {
  if (rates.every((rate) => rate === 1)) return filter;
  const shape = call.shape('filter').map(Number);
  return rates.reduce((made, rate, axis) => spreadAxis(call, made, shape, axis, rate), filter);
}

/** Spreads one axis; `shape` is kept up to date. */
function spreadAxis(
  { emit }: KernelCall,
  filter: GraphTensor,
  shape: number[],
  axis: number,
  rate: number,
): GraphTensor {
  if (rate === 1) return filter;
  const [head, taps = 1, tail] = [shape.slice(0, axis), shape[axis], shape.slice(axis + 1)];
  const count = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const apart = emit.op('Reshape', [filter, emit.vector([count(head), taps, 1, count(tail)])]);
  const rows = [0, 0, 0, 0, 0, rate - 1, 0, 0];
  const zeros = emit.op('Pad', [apart, emit.constant('int32', [4, 2], rows)]);
  const joined = emit.op('Reshape', [zeros, emit.vector([...head, taps * rate, ...tail])]);
  shape[axis] = (taps - 1) * rate + 1;
  return emit.op('Slice', [joined, emit.vector(shape.map(() => 0)), emit.vector(shape)]);
}

/** The gradient of a convolution by its input, which is how convolutions are transposed. */
function transposed(op: string, rank: number): KernelWriter {
  return (call) => {
    const sizes = call.vector(call.numbers('inputShape'));
    const filter = spread(call, call.tensor('filter'), perAxis(call, 'dilations', rank));
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
