import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type DataFormat, fromChannelsLast, toChannelsLast } from '../composed/data-format.ts';
import { averagePooling, maxPooling } from '../composed/pooling.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import { integersOf, onDevice, type Value } from '../executor/values.ts';
import { MAX_POOL_POSITIONS } from '../kernels/pooling.ts';
import { checkedShape, inputAt } from './define.ts';
import { requireWindowed, windowAttrs } from './window-attrs.ts';

interface Settings {
  readonly poolSize: number[];
  readonly strides: number[];
  readonly padding: 'same' | 'valid';
  readonly dataFormat: DataFormat;
  readonly explicit: readonly (readonly [number, number])[] | null;
}

function settingsOf({ attrs, op }: OpNode, inputs: readonly Value[], first: number): Settings {
  const { format, spatial, padding } = windowAttrs(attrs);
  const fromInputs = op.endsWith('V2');
  const size = fromInputs ? integersOf(inputAt(inputs, first)) : attrs.ints('ksize');
  const strides = fromInputs ? integersOf(inputAt(inputs, first + 1)) : attrs.ints('strides');
  const scheme = padding === 'same' ? 'same' : 'valid';
  if ((format === 'channels_last' ? size.at(-1) : size[1]) !== 1 || size[0] !== 1) {
    throw new MalformedError(
      'Pooling over batches or channels is not what TensorFlow runs on CPU.',
    );
  }
  return {
    poolSize: spatial(size),
    strides: spatial(strides),
    padding: scheme,
    dataFormat: format,
    explicit: typeof padding === 'string' ? null : padding,
  };
}

function maximum(x: tf.Tensor, settings: Settings): tf.Tensor {
  if (settings.explicit === null) return maxPooling(x, settings);
  const { dataFormat, explicit } = settings;
  const last = toChannelsLast(x, dataFormat);
  const pairs: [number, number][] = [
    [0, 0],
    ...explicit.map(([a, b]): [number, number] => [a, b]),
    [0, 0],
  ];
  if (last.rank !== pairs.length) {
    throw new MalformedError(`A tensor of ${last.rank} axes is padded along ${pairs.length}.`);
  }
  const padded = tf.pad(last, pairs, -3.4028234663852886e38);
  const pooled = maxPooling(padded, { ...settings, dataFormat: 'channels_last' });
  return fromChannelsLast(pooled, dataFormat);
}

function pooling(pool: (x: tf.Tensor, settings: Settings) => tf.Tensor): OpBuilder {
  return (node) => {
    const fixed = node.op.endsWith('V2') ? undefined : settingsOf(node, [], 1);
    return (inputs) => {
      const settings = fixed ?? settingsOf(node, inputs, 1);
      return tf.tidy(() => pool(onDevice(inputAt(inputs, 0)), settings));
    };
  };
}

/** The shape of what was pooled, which the graph computes. @throws MalformedError when the gradient is none of it. */
function pooledShape(value: Value, dy: tf.Tensor, settings: Settings): number[] {
  const shape = integersOf(value);
  const { dataFormat, poolSize: window, strides, padding } = settings;
  const last = (sizes: readonly number[]): readonly number[] => {
    const [batch = 0, channels = 0, ...rest] = sizes;
    return dataFormat === 'channels_first' ? [batch, ...rest, channels] : sizes;
  };
  const [input, gradient] = [last(shape), last(dy.shape)];
  const dilations = window.map(() => 1);
  requireWindowed({ input, window, strides, dilations, padding, gradient });
  if (input.at(-1) === gradient.at(-1)) return checkedShape(shape);
  throw new MalformedError(`Pooling does not lead from [${shape}] to [${dy.shape}].`);
}

/** Gradient of a pooling: what the tape of tfjs computes for the pooling itself. */
function gradient(
  pool: (x: tf.Tensor, settings: Settings) => tf.Tensor,
  takesShape: boolean,
): OpBuilder {
  return (node) => {
    const at = takesShape ? 1 : 2;
    return (inputs) => {
      const settings = settingsOf(node, inputs, at + 1);
      return tf.tidy(() => {
        const dy = onDevice(inputAt(inputs, at));
        const x = takesShape
          ? tf.zeros(pooledShape(inputAt(inputs, 0), dy, settings))
          : onDevice(inputAt(inputs, 0));
        return tf.grad((input: tf.Tensor) => pool(input, settings))(x, dy);
      });
    };
  };
}

const withArgmax: OpBuilder = (node) => {
  const includesBatch = node.attrs.bool('include_batch_in_index');
  const [, indexType = 'int64'] = node.outputTypes;
  const size = node.attrs.ints('ksize').slice(1, 3);
  const strides = node.attrs.ints('strides').slice(1, 3);
  const padding = node.attrs.string('padding') === 'SAME' ? 'same' : 'valid';
  return (inputs) => {
    const x = onDevice(inputAt(inputs, 0));
    const settings = { poolSize: size, strides, padding, dataFormat: 'channels_last' } as const;
    const pooled = maxPooling(x, settings);
    const positions: tf.Tensor = tf
      .engine()
      .runKernel(MAX_POOL_POSITIONS, { x }, { filterSize: size, strides, pad: padding });
    const perImage = x.size / (x.shape[0] ?? 1);
    const data = Array.from(positions.dataSync(), (p) => (includesBatch ? p : p % perImage));
    positions.dispose();
    return [pooled, new HostTensor(indexType, pooled.shape, data)];
  };
};

/** Ops that pool over windows. */
export const poolingOps: OpFamily = {
  MaxPool: pooling(maximum),
  MaxPoolV2: pooling(maximum),
  MaxPool3D: pooling(maximum),
  AvgPool: pooling(averagePooling),
  AvgPool3D: pooling(averagePooling),
  MaxPoolWithArgmax: withArgmax,
  MaxPoolGrad: gradient(maximum, false),
  MaxPoolGradV2: gradient(maximum, false),
  MaxPool3DGrad: gradient(maximum, false),
  AvgPoolGrad: gradient(averagePooling, true),
  AvgPool3DGrad: gradient(averagePooling, true),
};
