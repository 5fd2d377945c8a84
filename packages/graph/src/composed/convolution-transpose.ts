import * as tf from '@tensorflow/tfjs-core';
import { type DataFormat, fromChannelsLast, toChannelsLast } from './data-format.ts';
import { perAxis } from './window.ts';

/** Settings of a transposed convolution; numbers count for every spatial axis. */
export interface ConvolutionTransposeOptions {
  /** Default 1. */
  readonly strides?: number | readonly number[];
  /** Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Elements added to one side of the output; null lets the other settings decide. */
  readonly outputPadding?: number | readonly number[] | null;
  /** Default `'channels_last'`. */
  readonly dataFormat?: DataFormat;
  /** Default 1. */
  readonly dilationRate?: number | readonly number[];
}

/**
 * Transposes a convolution over one, two or three spatial axes: the gradient of that convolution by its input. Equals
 * TensorFlow's `Conv2DBackpropInput` and `Conv3DBackpropInputV2` as Keras's transposed convolutions call them.
 *
 * @param x [batch, …spatial, channels], or [batch, channels, …spatial] with `channels_first`
 * @param kernel […spatial, filters, channels]
 */
export function convolutionTranspose(
  x: tf.Tensor,
  kernel: tf.Tensor,
  options: ConvolutionTransposeOptions = {},
): tf.Tensor {
  const rank = kernel.rank - 2;
  const format = options.dataFormat ?? 'channels_last';
  const input = toChannelsLast(x, format);
  const filters = kernel.shape[rank] ?? 1;
  const lengths = input.shape.slice(1, -1).map((length, axis) =>
    transposedLength(length, {
      filter: kernel.shape[axis] ?? 1,
      stride: perAxis(options.strides ?? 1, rank)[axis] ?? 1,
      dilation: perAxis(options.dilationRate ?? 1, rank)[axis] ?? 1,
      padding: options.padding ?? 'valid',
      outputPadding:
        options.outputPadding == null ? null : (perAxis(options.outputPadding, rank)[axis] ?? 0),
    }),
  );
  const outputShape = [input.shape[0] ?? 1, ...lengths, filters];
  return fromChannelsLast(backprop(input, kernel, outputShape, options), format);
}

/** Settings along one axis that decide the length of a transposed convolution. */
export interface TransposedAxis {
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same';
  readonly outputPadding: number | null;
}

/** Returns the length of a transposed convolution's output as Keras's `deconv_output_length` does. */
export function transposedLength(length: number, axis: TransposedAxis): number {
  const { stride, padding, outputPadding } = axis;
  const span = (axis.filter - 1) * axis.dilation + 1;
  if (outputPadding === null) {
    return length * stride + (padding === 'valid' ? Math.max(span - stride, 0) : 0);
  }
  const trimmed = padding === 'same' ? 2 * Math.floor(span / 2) : 0;
  return (length - 1) * stride + span - trimmed + outputPadding;
}

function backprop(
  x: tf.Tensor,
  kernel: tf.Tensor,
  outputShape: number[],
  options: ConvolutionTransposeOptions,
): tf.Tensor {
  const rank = kernel.rank - 2;
  if (rank === 1) {
    const image = backprop(
      tf.expandDims(x, 1),
      tf.expandDims(kernel, 0),
      [outputShape[0] ?? 1, 1, ...outputShape.slice(1)],
      {
        ...options,
        strides: [1, ...perAxis(options.strides ?? 1, 1)],
        dilationRate: [1, ...perAxis(options.dilationRate ?? 1, 1)],
      },
    );
    return tf.squeeze(image, [1]);
  }
  const name = rank === 2 ? tf.Conv2DBackpropInput : tf.Conv3DBackpropInputV2;
  return tf.engine().runKernel(
    name,
    { dy: x, filter: kernel },
    {
      strides: perAxis(options.strides ?? 1, rank),
      pad: options.padding ?? 'valid',
      dilations: perAxis(options.dilationRate ?? 1, rank),
      inputShape: outputShape,
      ...(rank === 2 && { dataFormat: 'NHWC' }),
    },
  );
}
