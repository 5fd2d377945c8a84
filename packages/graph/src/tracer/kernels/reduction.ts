import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';

/** Axes of a reduction; none given means all. */
function axesOf(call: KernelCall): readonly number[] {
  const given = call.attr('axis') ?? call.attr('reductionIndices') ?? null;
  if (given === null) return call.shape('x').map((_, axis) => axis);
  return call.fixedList(call.attr('axis') == null ? 'reductionIndices' : 'axis');
}

function reduce(op: string, call: KernelCall, x: GraphTensor): GraphTensor {
  return call.emit.op(op, [x, call.emit.vector(axesOf(call))], {
    keep_dims: attr.bool(call.flag('keepDims')),
  });
}

/** Reductions of numbers, in the type of the result. */
const ofNumbers =
  (op: string): KernelWriter =>
  (call) =>
    reduce(op, call, call.emit.cast(call.tensor('x'), call.outputType()));

/** Greatest and least truth values are found among numbers. */
const extreme =
  (op: string): KernelWriter =>
  (call) => {
    const x = call.tensor('x');
    const numbers = x.dtype === 'bool' ? call.emit.cast(x, 'int32') : x;
    return call.emit.cast(reduce(op, call, numbers), call.outputType());
  };

const ofTruths =
  (op: string): KernelWriter =>
  (call) =>
    reduce(op, call, call.emit.cast(call.tensor('x'), 'bool'));

const argument =
  (op: string): KernelWriter =>
  (call) =>
    call.emit.op(op, [call.tensor('x'), call.emit.scalar(call.fixed('axis'))], {
      output_type: attr.type('int32'),
    });

const cumulative =
  (op: string): KernelWriter =>
  (call) =>
    call.emit.op(
      op,
      [
        call.emit.cast(call.tensor('x'), call.outputType()),
        call.emit.scalar(call.fixed('axis', 0)),
      ],
      { exclusive: attr.bool(call.flag('exclusive')), reverse: attr.bool(call.flag('reverse')) },
    );

/** Kernels that reduce or accumulate along axes. */
export const reductionWriters: KernelFamily = {
  Sum: ofNumbers('Sum'),
  Prod: ofNumbers('Prod'),
  Mean: ofNumbers('Mean'),
  Max: extreme('Max'),
  Min: extreme('Min'),
  All: ofTruths('All'),
  Any: ofTruths('Any'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
};
