import * as tf from '@tensorflow/tfjs-core';
import { type DataFormat, fromChannelsLast, toChannelsLast } from './data-format.ts';
import { applyEpilogue, canFuse, type Epilogue, fusedParts } from './epilogue.ts';
import { perAxis, windowsOf } from './window.ts';

/** Padding of a convolution: a Keras scheme, or elements before and after per spatial axis. */
export type ConvolutionPadding =
  | 'valid'
  | 'same'
  | 'causal'
  | ReadonlyArray<readonly [number, number]>;

/** Settings of a convolution; numbers count for every spatial axis. */
export interface ConvolutionOptions {
  /** Default 1. */
  readonly strides?: number | readonly number[];
  /** Default `'valid'`; `'causal'` pads the front of the only spatial axis. */
  readonly padding?: ConvolutionPadding;
  /** Default `'channels_last'`. */
  readonly dataFormat?: DataFormat;
  /** Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** What is done to the channels of the output; default nothing. */
  readonly epilogue?: Epilogue;
}

interface Settings {
  readonly strides: readonly number[];
  readonly pad: 'valid' | 'same' | ReadonlyArray<readonly [number, number]>;
  readonly dilations: readonly number[];
  readonly epilogue: Epilogue;
}

const NO_EPILOGUE: Epilogue = { bias: null, activation: 'linear' };

/**
 * Convolves over one, two or three spatial axes. Equals TensorFlow's `Conv2D` and `Conv3D` as `tf.nn.convolution` calls
 * them; there are as many groups as the kernel's input channels fit into those of `x`.
 *
 * @param x [batch, …spatial, channels], or [batch, channels, …spatial] with `channels_first`
 * @param kernel […spatial, channels / groups, filters]
 */
export function convolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  options: ConvolutionOptions = {},
): tf.Tensor {
  const rank = kernel.rank - 2;
  const format = options.dataFormat ?? 'channels_last';
  const [input, settings] = padExplicitly(toChannelsLast(x, format), kernel.shape, options);
  const channels = input.shape[rank + 1] ?? 1;
  const groups = channels / (kernel.shape[rank] ?? 1);
  if (!Number.isInteger(groups)) {
    throw new RangeError(
      `${channels} input channels are no multiple of the kernel's ${kernel.shape[rank]}`,
    );
  }
  const y =
    groups === 1 ? convolve(input, kernel, settings) : grouped(input, kernel, settings, groups);
  return fromChannelsLast(y, format);
}

/**
 * Convolves each channel with its own filters over one or two spatial axes. Equals TensorFlow's
 * `DepthwiseConv2dNative` as `tf.nn.depthwise_conv2d` calls it.
 *
 * @param x [batch, …spatial, channels], or [batch, channels, …spatial] with `channels_first`
 * @param kernel […spatial, channels, multiplier]; the output has channels · multiplier channels
 */
export function depthwiseConvolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  options: ConvolutionOptions = {},
): tf.Tensor {
  const format = options.dataFormat ?? 'channels_last';
  const [input, settings] = padExplicitly(toChannelsLast(x, format), kernel.shape, options);
  return fromChannelsLast(depthwise(input, kernel, settings), format);
}

/** Applies causal padding to the input, which no kernel knows, and resolves the settings per axis. */
function padExplicitly(
  x: tf.Tensor,
  kernelShape: readonly number[],
  options: ConvolutionOptions,
): [tf.Tensor, Settings] {
  const rank = kernelShape.length - 2;
  const strides = perAxis(options.strides ?? 1, rank);
  const dilations = perAxis(options.dilationRate ?? 1, rank);
  const padding = options.padding ?? 'valid';
  const epilogue = options.epilogue ?? NO_EPILOGUE;
  if (padding !== 'causal') return [x, { strides, dilations, pad: padding, epilogue }];
  const front = ((kernelShape[0] ?? 1) - 1) * (dilations[0] ?? 1);
  const padded = tf.pad(
    x,
    x.shape.map((_, axis) => [axis === 1 ? front : 0, 0]),
  );
  return [padded, { strides, dilations, pad: 'valid', epilogue }];
}

function convolve(x: tf.Tensor, kernel: tf.Tensor, settings: Settings): tf.Tensor {
  if (kernel.rank === 3) return asImage(x, kernel, settings, convolve);
  const { strides, pad, dilations } = settings;
  if (kernel.rank === 4) {
    if (canFuse(x)) return fused(tf.FusedConv2D, x, kernel, settings);
    const y = tf.conv2d(
      x as tf.Tensor4D,
      kernel as tf.Tensor4D,
      pairOf(strides),
      tfjsPadding(paddingFor(x, kernel, settings)),
      'NHWC',
      pairOf(dilations),
    );
    return applyEpilogue(y, settings.epilogue);
  }
  const padded = typeof pad === 'string' ? x : tf.pad(x, [[0, 0], ...pad.map(mutable), [0, 0]]);
  const [depth = 1, height = 1, width = 1] = strides;
  const [depthRate = 1, heightRate = 1, widthRate = 1] = dilations;
  const y = tf.conv3d(
    padded as tf.Tensor5D,
    kernel as tf.Tensor5D,
    [depth, height, width],
    typeof pad === 'string' ? pad : 'valid',
    'NDHWC',
    [depthRate, heightRate, widthRate],
  );
  return applyEpilogue(y, settings.epilogue);
}

/** Convolves an image and applies the epilogue in one kernel. */
function fused(kernelName: string, x: tf.Tensor, filter: tf.Tensor, settings: Settings): tf.Tensor {
  const { strides, dilations, epilogue } = settings;
  const parts = fusedParts(epilogue);
  return tf.engine().runKernel(
    kernelName,
    { x, filter, ...parts.inputs },
    {
      strides: pairOf(strides),
      pad: tfjsPadding(paddingFor(x, filter, settings)),
      dataFormat: 'NHWC',
      dilations: pairOf(dilations),
      ...parts.attrs,
    },
  );
}

/** Convolves the channels group by group; groups of one channel are a depthwise convolution. */
function grouped(x: tf.Tensor, kernel: tf.Tensor, settings: Settings, groups: number): tf.Tensor {
  const filters = kernel.shape[kernel.rank - 1] ?? groups;
  if (kernel.rank < 5 && groups === x.shape[x.rank - 1]) {
    const shape = [...kernel.shape.slice(0, -2), groups, filters / groups];
    return depthwise(x, tf.reshape(kernel, shape), settings);
  }
  const inputs = tf.split(x, groups, -1);
  const kernels = tf.split(kernel, groups, -1);
  const alone = { ...settings, epilogue: NO_EPILOGUE };
  const y = tf.concat(
    inputs.map((input, i) => convolve(input, kernels[i] ?? kernel, alone)),
    -1,
  );
  return applyEpilogue(y, settings.epilogue);
}

function depthwise(x: tf.Tensor, kernel: tf.Tensor, settings: Settings): tf.Tensor {
  if (kernel.rank === 3) return asImage(x, kernel, settings, depthwise);
  if (canFuse(x)) return fused(tf.FusedDepthwiseConv2D, x, kernel, settings);
  const { strides, dilations } = settings;
  const y = tf.depthwiseConv2d(
    x as tf.Tensor4D,
    kernel as tf.Tensor4D,
    pairOf(strides),
    tfjsPadding(paddingFor(x, kernel, settings)),
    'NHWC',
    pairOf(dilations),
  );
  return applyEpilogue(y, settings.epilogue);
}

/** Writes `same` out where a stride jumps over elements: the wasm kernels of tfjs then pad by a negative number. */
function paddingFor(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { pad, strides, dilations }: Pick<Settings, 'pad' | 'strides' | 'dilations'>,
): Settings['pad'] {
  if (pad !== 'same') return pad;
  const windows = windowsOf(
    { strides, dilations, input: x.shape.slice(1, 3), filter: kernel.shape.slice(0, 2) },
    'same',
  );
  const jumps = windows.some(
    ({ filter, stride, dilation }) => stride > (filter - 1) * dilation + 1,
  );
  return jumps ? windows.map(({ before, after }) => [before, after] as const) : 'same';
}

/** Convolves a sequence as an image of one row. */
function asImage(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides, pad, dilations, epilogue }: Settings,
  convolveImage: (x: tf.Tensor, kernel: tf.Tensor, settings: Settings) => tf.Tensor,
): tf.Tensor {
  const y = convolveImage(tf.expandDims(x, 1), tf.expandDims(kernel, 0), {
    strides: [1, strides[0] ?? 1],
    dilations: [1, dilations[0] ?? 1],
    pad: typeof pad === 'string' ? pad : [[0, 0], ...pad],
    epilogue,
  });
  return tf.squeeze(y, [1]);
}

function pairOf([height = 1, width = 1]: readonly number[]): [number, number] {
  return [height, width];
}

function mutable([before, after]: readonly [number, number]): [number, number] {
  return [before, after];
}

function tfjsPadding(pad: Settings['pad']): tf.Conv2DAttrs['pad'] {
  if (typeof pad === 'string') return pad;
  const [height = [0, 0], width = [0, 0]] = pad;
  return [[0, 0], mutable(height), mutable(width), [0, 0]];
}
