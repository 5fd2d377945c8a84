import { layer } from './layer-subject.ts';
import { numbers } from './observe-layer.ts';
import { inert, pair, type Subject, unnoted } from './subject.ts';

const LINE = { inputs: () => numbers([2, 8, 4]) };
const PLANE = { inputs: () => numbers([2, 8, 6, 4]) };
const CUBE = { inputs: () => numbers([1, 4, 6, 5, 4]) };
const SMALL = { inputs: () => numbers([2, 4, 3]) };

const KERNEL = 'use_bias activation kernel* bias* activity_regularizer';
const PLACED = 'kernel_size strides padding data_format';
const DEPTHWISE =
  'kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias depthwise* bias* activity_regularizer';
const SEPARABLE =
  'filters kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias depthwise* pointwise* bias* activity_regularizer';

const conv = { filters: 2, kernel_size: 2 };
const output_padding = pair(0, 1, { strides: 2 });

/** A layer at several ranks. */
const RANKS = [
  ['1D', LINE],
  ['2D', PLANE],
  ['3D', CUBE],
] as const;

const local = { implementation: pair(1, 2) };

/** Layers with kernels. */
export const KERNEL_LAYERS: readonly Subject[] = [
  layer('Dense', SMALL, { units: 2 }, `units ${KERNEL}`, {
    weights: unnoted(
      [new Array(3).fill([1, 2]), [0, 0]],
      [new Array(3).fill([3, 4]), [0, 0]],
      'first values of the weights are no part of a config',
    ),
    input_shape: pair([4, 3], [null, 3]),
    batch_input_shape: pair([2, 4, 3], [null, 4, 3]),
    batch_size: pair(2, 3, { input_shape: [4, 3] }),
  }),
  layer(
    'EinsumDense',
    SMALL,
    { equation: 'abc,cd->abd', output_shape: [null, 2], bias_axes: 'd' },
    'activation kernel* bias* activity_regularizer',
    {
      equation: pair('abc,cd->abd', 'abc,cd->adb', { output_shape: [4, 4], bias_axes: null }),
      output_shape: pair([null, 2], [null, 3]),
      bias_axes: pair(null, 'd'),
    },
  ),
  ...RANKS.map(([rank, call]) =>
    layer(`Conv${rank}`, call, conv, `filters ${PLACED} dilation_rate groups ${KERNEL}`),
  ),
  ...RANKS.map(([rank, call]) =>
    layer(`Conv${rank}Transpose`, call, conv, `filters ${PLACED} dilation_rate ${KERNEL}`, {
      output_padding,
      ...(rank === '3D'
        ? { dilation_rate: inert(1, 2, 'TensorFlow takes it and ignores it') }
        : {}),
    }),
  ),
  layer('DepthwiseConv1D', LINE, { kernel_size: 2 }, DEPTHWISE),
  layer('DepthwiseConv2D', PLANE, { kernel_size: 2 }, DEPTHWISE),
  layer('SeparableConv1D', LINE, conv, SEPARABLE),
  layer('SeparableConv2D', PLANE, conv, SEPARABLE),
  layer('LocallyConnected1D', LINE, conv, `filters ${PLACED} ${KERNEL}`, {
    ...local,
    padding: pair('valid', 'same', { implementation: 2 }),
  }),
  layer('LocallyConnected2D', PLANE, conv, `filters ${PLACED} ${KERNEL}`, {
    ...local,
    padding: pair('valid', 'same', { implementation: 2 }),
  }),
];
