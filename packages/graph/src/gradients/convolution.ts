import * as tf from '@tensorflow/tfjs-core';
import { gradientOf } from './define.ts';

interface Family {
  readonly forward: string;
  readonly backpropInput: string;
  readonly backpropFilter: string;
}

/**
 * Describes the gradients of a convolution and of its two gradients. The three are linear in each argument, so that
 * each one's gradients are the other two.
 */
function convolutionFamily({ forward, backpropInput, backpropFilter }: Family): tf.GradConfig[] {
  // The transposed convolutions of tfjs leave these two attributes out, and its convolutions insist on them.
  const run = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor =>
    tf.engine().runKernel(name, inputs, {
      ...attrs,
      dilations: attrs.dilations ?? 1,
      dataFormat: attrs.dataFormat ?? 'NHWC',
    });
  return [
    gradientOf(forward, ['x', 'filter'], (dy, { x, filter }, attrs: tf.NamedAttrMap) => ({
      x: () => run(backpropInput, { dy, filter }, { ...attrs, inputShape: x.shape }),
      filter: () => run(backpropFilter, { x, dy }, { ...attrs, filterShape: filter.shape }),
    })),
    gradientOf(backpropInput, ['dy', 'filter'], (ddx, { dy, filter }, attrs: tf.NamedAttrMap) => ({
      dy: () => run(forward, { x: ddx, filter }, attrs),
      filter: () => run(backpropFilter, { x: ddx, dy }, { ...attrs, filterShape: filter.shape }),
    })),
    gradientOf(backpropFilter, ['x', 'dy'], (dFilter, { x, dy }, attrs: tf.NamedAttrMap) => ({
      x: () => run(backpropInput, { dy, filter: dFilter }, { ...attrs, inputShape: x.shape }),
      dy: () => run(forward, { x, filter: dFilter }, attrs),
    })),
  ];
}

/** Gradients of the convolutions, with strides, dilations and explicit padding. */
export const convolutionGradients: readonly tf.GradConfig[] = [
  ...convolutionFamily({
    forward: tf.Conv2D,
    backpropInput: tf.Conv2DBackpropInput,
    backpropFilter: tf.Conv2DBackpropFilter,
  }),
  ...convolutionFamily({
    forward: tf.DepthwiseConv2dNative,
    backpropInput: tf.DepthwiseConv2dNativeBackpropInput,
    backpropFilter: tf.DepthwiseConv2dNativeBackpropFilter,
  }),
  ...convolutionFamily({
    forward: tf.Conv3D,
    backpropInput: tf.Conv3DBackpropInputV2,
    backpropFilter: tf.Conv3DBackpropFilterV2,
  }),
];
