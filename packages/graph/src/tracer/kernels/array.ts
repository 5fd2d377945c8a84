import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily } from '../kernel-call.ts';
import { keyOf, perRun, type RunNumber, Varying } from '../numbers.ts';

/** Reshapes, with the single open length left to TensorFlow. */
function reshape(call: KernelCall): GraphTensor {
  const x = call.tensor('x');
  const [from, to] = [call.shape('x'), call.outputShape()].map((shape) => shape.map(keyOf).join());
  if (from === to) return x;
  return call.emit.op('Reshape', [x, call.vector(call.outputShape(), true)]);
}

/** Paddings as a matrix with a row per axis. */
function paddings(call: KernelCall, pairs: readonly (readonly RunNumber[])[]): GraphTensor {
  const flat = pairs.flat();
  if (flat.every((number): number is number => typeof number === 'number')) {
    return call.emit.constant('int32', [pairs.length, 2], flat);
  }
  const shape = call.emit.vector([pairs.length, 2]);
  return call.emit.op('Reshape', [call.vector(flat), shape]);
}

function pairsOf(call: KernelCall, name: string): (readonly RunNumber[])[] {
  return call.attr(name) as (readonly RunNumber[])[];
}

/** Sizes of a slice; −1 where it goes to the end, whatever the length. */
function sliceSizes(call: KernelCall, begin: readonly RunNumber[]): RunNumber[] {
  const lengths = call.shape('x');
  return call.outputShape().map((size, axis) => {
    const length = lengths[axis] ?? size;
    if (!(length instanceof Varying)) return size;
    const ends = length.values.map((end, run) => {
      const start = perRun(begin[axis] ?? 0, length.values.length)[run] ?? 0;
      return start + (perRun(size, length.values.length)[run] ?? 0) === end;
    });
    return ends.every(Boolean) ? -1 : size;
  });
}

function slice(call: KernelCall): GraphTensor {
  const begin = call.numbers('begin');
  const full = call.shape('x').map((_, axis) => begin[axis] ?? 0);
  const sizes = call.vector(sliceSizes(call, full));
  return call.emit.op('Slice', [call.tensor('x'), call.vector(full), sizes]);
}

const MASKS: Readonly<Record<string, string>> = {
  beginMask: 'begin_mask',
  endMask: 'end_mask',
  ellipsisMask: 'ellipsis_mask',
  newAxisMask: 'new_axis_mask',
  shrinkAxisMask: 'shrink_axis_mask',
};

function stridedSlice(call: KernelCall): GraphTensor {
  const masks = Object.entries(MASKS).map(([name, op]) => [op, attr.int(call.fixed(name, 0))]);
  const parts = ['begin', 'end', 'strides'].map((name) => call.vector(call.numbers(name)));
  return call.emit.op('StridedSlice', [call.tensor('x'), ...parts], Object.fromEntries(masks));
}

function split(call: KernelCall): readonly GraphTensor[] {
  const { emit } = call;
  const axis = emit.scalar(call.fixed('axis', 0));
  const x = call.tensor('x');
  const given = call.attr('numOrSizeSplits');
  const attrs = { num_split: attr.int(call.outputCount) };
  if (!Array.isArray(given)) return emit.node('Split', [axis, x], { attrs }).outputs;
  return emit.node('SplitV', [x, call.vector(given), axis], { attrs }).outputs;
}

function concat(call: KernelCall): GraphTensor {
  const list = call.list();
  const [first] = list;
  if (list.length === 1 && first !== undefined) return first;
  return call.emit.op('ConcatV2', [list, call.emit.scalar(call.fixed('axis'))]);
}

/** Repeats; the axes that do not grow need no arithmetic. */
function tile(call: KernelCall): GraphTensor {
  const reps = call.numbers('reps');
  const x = call.tensor('x');
  if (reps.every((count) => keyOf(count) === '1')) return x;
  return call.emit.op('Tile', [x, call.vector(reps)]);
}

function pad(call: KernelCall): GraphTensor {
  const x = call.tensor('x');
  const matrix = paddings(call, pairsOf(call, 'paddings'));
  const value = call.fixed('constantValue', 0);
  if (value === 0) return call.emit.op('Pad', [x, matrix]);
  return call.emit.op('PadV2', [x, matrix, call.emit.scalar(value, x.dtype)]);
}

/** Kernels that move elements. */
export const arrayWriters: KernelFamily = {
  Reshape: reshape,
  ExpandDims: (call) =>
    call.emit.op('ExpandDims', [call.tensor('input'), call.emit.scalar(call.fixed('dim'))]),
  Transpose: (call) =>
    call.emit.op('Transpose', [call.tensor('x'), call.emit.vector(call.fixedList('perm'))]),
  Reverse: (call) =>
    call.emit.op('ReverseV2', [call.tensor('x'), call.emit.vector(call.fixedList('dims'))]),
  Tile: tile,
  BroadcastTo: (call) =>
    call.emit.op('BroadcastTo', [call.tensor('x'), call.vector(call.outputShape())]),
  PadV2: pad,
  MirrorPad: (call) =>
    call.emit.op('MirrorPad', [call.tensor('x'), paddings(call, pairsOf(call, 'paddings'))], {
      mode: attr.text(String(call.attr('mode')).toUpperCase()),
    }),
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: split,
  Concat: concat,
  Pack: (call) => call.emit.op('Pack', [call.list()], { axis: attr.int(call.fixed('axis', 0)) }),
  Unpack: (call) =>
    call.emit.node('Unpack', [call.tensor('value')], {
      attrs: { num: attr.int(call.outputCount), axis: attr.int(call.fixed('axis', 0)) },
    }).outputs,
  SpaceToBatchND: (call) =>
    call.emit.op('SpaceToBatchND', [
      call.tensor('x'),
      call.emit.vector(call.fixedList('blockShape')),
      paddings(call, pairsOf(call, 'paddings')),
    ]),
  BatchToSpaceND: (call) =>
    call.emit.op('BatchToSpaceND', [
      call.tensor('x'),
      call.emit.vector(call.fixedList('blockShape')),
      paddings(call, pairsOf(call, 'crops')),
    ]),
  DepthToSpace: (call) =>
    call.emit.op('DepthToSpace', [call.tensor('x')], {
      block_size: attr.int(call.fixed('blockSize')),
      data_format: attr.text(String(call.attr('dataFormat') ?? 'NHWC')),
    }),
  /** A diagonal of any rank: the shape doubled. */
  Diag: (call) => call.emit.op('Diag', [call.tensor('x')]),
};
