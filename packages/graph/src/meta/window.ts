import * as tf from '@tensorflow/tfjs-core';
import { input, type MetaInputs, type MetaKernel, type MetaSpec, metaKernel } from './kernel.ts';

type Quad = [number, number, number, number];
type Quint = [number, number, number, number, number];

interface Conv2DAttrs extends Omit<tf.Conv2DAttrs, 'dilations'> {
  readonly dilations?: number | [number, number];
}

function conv2dInfo(
  x: readonly number[],
  filter: readonly number[],
  attrs: Conv2DAttrs,
  depthwise: boolean,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    [...x] as Quad,
    [...filter] as Quad,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
    tf.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC'),
  );
}

function conv2d(kernelName: string, depthwise: boolean): MetaKernel {
  return metaKernel<Conv2DAttrs>(kernelName, (inputs, attrs) => {
    const { shape } = input(inputs, 'x');
    const { outShape } = conv2dInfo(shape, input(inputs, 'filter').shape, attrs, depthwise);
    return { shape: outShape, dtype: 'float32' };
  });
}

function conv3d(inputs: MetaInputs, attrs: tf.Conv3DAttrs): MetaSpec {
  const { outShape } = tf.backend_util.computeConv3DInfo(
    [...input(inputs, 'x').shape] as Quint,
    [...input(inputs, 'filter').shape] as Quint,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
  );
  return { shape: outShape, dtype: 'float32' };
}

function pool2d(inputs: MetaInputs, attrs: tf.MaxPoolAttrs): MetaSpec {
  const { shape, dtype } = input(inputs, 'x');
  const { outShape } = tf.backend_util.computePool2DInfo(
    [...shape] as Quad,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return { shape: outShape, dtype };
}

function pool3d(inputs: MetaInputs, attrs: tf.MaxPool3DAttrs): MetaSpec {
  const { shape, dtype } = input(inputs, 'x');
  const { outShape } = tf.backend_util.computePool3DInfo(
    [...shape] as Quint,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
    attrs.dataFormat,
  );
  return { shape: outShape, dtype };
}

function dilation2d(inputs: MetaInputs, attrs: tf.Dilation2DAttrs): MetaSpec {
  const { shape, dtype } = input(inputs, 'x');
  const [height = 1, width = 1, depth = 1] = input(inputs, 'filter').shape;
  const { outShape } = tf.backend_util.computeDilation2DInfo(
    [...shape] as Quad,
    [height, width, depth],
    attrs.strides,
    attrs.pad,
    'NHWC',
    attrs.dilations,
  );
  return { shape: outShape, dtype };
}

const likeInput =
  (name: string) =>
  (inputs: MetaInputs): MetaSpec => ({ shape: input(inputs, name).shape, dtype: 'float32' });

const INPUT_GRADIENTS: readonly string[] = [
  tf.Conv2DBackpropInput,
  tf.Conv3DBackpropInputV2,
  tf.DepthwiseConv2dNativeBackpropInput,
];

const FILTER_GRADIENTS: readonly string[] = [
  tf.Conv2DBackpropFilter,
  tf.Conv3DBackpropFilterV2,
  tf.DepthwiseConv2dNativeBackpropFilter,
];

const POOL_GRADIENTS: readonly string[] = [
  tf.AvgPoolGrad,
  tf.AvgPool3DGrad,
  tf.MaxPoolGrad,
  tf.MaxPool3DGrad,
];

/** Kernels that slide a window over spatial axes. */
export const windowKernels: readonly MetaKernel[] = [
  conv2d(tf.Conv2D, false),
  conv2d(tf.FusedConv2D, false),
  conv2d(tf.DepthwiseConv2dNative, true),
  conv2d(tf.FusedDepthwiseConv2D, true),
  metaKernel(tf.Conv3D, conv3d),
  ...INPUT_GRADIENTS.map((name) =>
    metaKernel<{ readonly inputShape: number[] }>(name, (_, { inputShape }) => ({
      shape: inputShape,
      dtype: 'float32',
    })),
  ),
  ...FILTER_GRADIENTS.map((name) =>
    metaKernel<{ readonly filterShape: number[] }>(name, (_, { filterShape }) => ({
      shape: filterShape,
      dtype: 'float32',
    })),
  ),
  metaKernel(tf.MaxPool, pool2d),
  metaKernel(tf.AvgPool, pool2d),
  metaKernel(tf.MaxPool3D, pool3d),
  metaKernel(tf.AvgPool3D, pool3d),
  metaKernel<tf.MaxPoolWithArgmaxAttrs>(tf.MaxPoolWithArgmax, (inputs, attrs) => {
    const pooled = pool2d(inputs, attrs);
    return [pooled, { ...pooled, dtype: 'int32' }];
  }),
  ...POOL_GRADIENTS.map((name) => metaKernel(name, likeInput('input'))),
  metaKernel(tf.Dilation2D, dilation2d),
  metaKernel(tf.Dilation2DBackpropInput, likeInput('x')),
  metaKernel(tf.Dilation2DBackpropFilter, likeInput('filter')),
  metaKernel(tf.FusedBatchNorm, likeInput('x')),
  metaKernel(tf.LRN, likeInput('x')),
  metaKernel(tf.LRNGrad, likeInput('x')),
];
