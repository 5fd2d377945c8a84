import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily } from '../kernel-call.ts';

function segmentSum(call: KernelCall): GraphTensor {
  const segments = call.scalar(call.number('numSegments'));
  return call.emit.op('UnsortedSegmentSum', [
    call.tensor('x'),
    call.tensor('segmentIds'),
    segments,
  ]);
}

function searchSorted(call: KernelCall): GraphTensor {
  const op = call.attr('side') === 'left' ? 'LowerBound' : 'UpperBound';
  return call.emit.op(op, [call.tensor('sortedSequence'), call.tensor('values')], {
    out_type: attr.type('int32'),
  });
}

function denseBincount(call: KernelCall): GraphTensor {
  const size = call.scalar(call.number('size'));
  return call.emit.op('DenseBincount', [call.tensor('x'), size, call.tensor('weights')], {
    binary_output: attr.bool(call.flag('binaryOutput')),
  });
}

/** Kernels that pick elements by index, or write them. */
export const gatherWriters: KernelFamily = {
  GatherV2: (call) =>
    call.emit.op(
      'GatherV2',
      [call.tensor('x'), call.tensor('indices'), call.emit.scalar(call.fixed('axis', 0))],
      { batch_dims: attr.int(call.fixed('batchDims', 0)) },
    ),
  GatherNd: (call) => call.emit.op('GatherNd', [call.tensor('params'), call.tensor('indices')]),
  ScatterNd: (call) =>
    call.emit.op('ScatterNd', [
      call.tensor('indices'),
      call.tensor('updates'),
      call.vector(call.numbers('shape')),
    ]),
  TensorScatterUpdate: (call) =>
    call.emit.op('TensorScatterUpdate', [
      call.tensor('tensor'),
      call.tensor('indices'),
      call.tensor('updates'),
    ]),
  SparseToDense: (call) =>
    call.emit.op('SparseToDense', [
      call.tensor('sparseIndices'),
      call.vector(call.numbers('outputShape')),
      call.tensor('sparseValues'),
      call.tensor('defaultValue'),
    ]),
  UnsortedSegmentSum: segmentSum,
  SearchSorted: searchSorted,
  DenseBincount: denseBincount,
  Bincount: denseBincount,
  TopK: (call) =>
    call.emit.node('TopKV2', [call.tensor('x'), call.scalar(call.number('k'))], {
      attrs: { sorted: attr.bool(call.attr('sorted') !== false) },
    }).outputs,
};
