import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily } from '../kernel-call.ts';

/** Images: batch, height, width, channels. */
const RANK_OF_IMAGES = 4;

/** `(x − mean) · scale / √(variance + ε) + offset` */
function normalized(
  call: KernelCall,
  mean: GraphTensor,
  variance: GraphTensor,
  epsilon: number,
): GraphTensor {
  const { emit } = call;
  const inverse = emit.op('Rsqrt', [emit.op('AddV2', [variance, emit.scalar(epsilon, 'float32')])]);
  const factor = call.has('scale') ? emit.op('Mul', [inverse, call.tensor('scale')]) : inverse;
  const scaled = emit.op('Mul', [call.tensor('x'), factor]);
  const shift = emit.op('Mul', [mean, factor]);
  const offset = call.has('offset')
    ? emit.op('Sub', [call.tensor('offset'), shift])
    : emit.op('Neg', [shift]);
  return emit.op('AddV2', [scaled, offset]);
}

function inference(call: KernelCall): GraphTensor {
  const epsilon = call.fixed('varianceEpsilon', 1e-3);
  const names = ['scale', 'offset', 'mean', 'variance'];
  const isFused =
    call.rank('x') === RANK_OF_IMAGES &&
    names.every((name) => call.has(name) && call.rank(name) === 1);
  if (!isFused) return normalized(call, call.tensor('mean'), call.tensor('variance'), epsilon);
  return call.emit.op(
    'FusedBatchNormV3',
    [call.tensor('x'), ...names.map((name) => call.tensor(name))],
    {
      epsilon: attr.float(epsilon),
      is_training: attr.bool(false),
    },
  );
}

/** Normalization by the moments of the input itself; the variance that comes out is the biased one. */
function training(call: KernelCall): readonly GraphTensor[] {
  const { emit } = call;
  const x = call.tensor('x');
  const epsilon = call.fixed('epsilon');
  const axes = emit.vector(
    call
      .shape('x')
      .slice(0, -1)
      .map((_, axis) => axis),
  );
  if (call.rank('x') !== RANK_OF_IMAGES) {
    const mean = emit.op('Mean', [x, axes]);
    const distance = emit.op('SquaredDifference', [x, emit.op('StopGradient', [mean])]);
    const variance = emit.op('Mean', [distance, axes]);
    return [normalized(call, mean, variance, epsilon), mean, variance];
  }
  const none = emit.constant('float32', [0], []);
  const { outputs } = emit.node(
    'FusedBatchNormV3',
    [x, call.tensor('scale'), call.tensor('offset'), none, none],
    { attrs: { epsilon: attr.float(epsilon) } },
  );
  const [y, mean, unbiased] = outputs;
  if (y === undefined || mean === undefined || unbiased === undefined) return [];
  // The op multiplies the variance by n / (n − 1).
  const lengths = call.shape('x').slice(0, -1);
  const count = emit.cast(emit.op('Prod', [call.vector(lengths), emit.vector([0])]), 'float32');
  const one = emit.scalar(1, 'float32');
  const others = emit.op('Maximum', [emit.op('Sub', [count, one]), one]);
  const variance = emit.op('Mul', [unbiased, emit.op('RealDiv', [others, count])]);
  return [y, mean, variance];
}

/** Kernels that normalize. */
export const normalizationWriters: KernelFamily = {
  FusedBatchNorm: inference,
  FusedBatchNormTraining: training,
};
