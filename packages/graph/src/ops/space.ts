import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import { integersOf, onDevice, onHost } from '../executor/values.ts';
import { paddingsOf } from './arrange.ts';
import { inputAt } from './define.ts';

/** Space and batch trade places; blocks and paddings come as tensors. */
function spaceAndBatch(
  move: (x: tf.Tensor, block: number[], pairs: number[][]) => tf.Tensor,
): OpBuilder {
  return () => (inputs) => {
    const block = integersOf(inputAt(inputs, 1));
    const pairs = paddingsOf(inputs[2], block.length);
    return tf.tidy(() => move(onDevice(inputAt(inputs, 0)), block, pairs));
  };
}

const depthToSpace: OpBuilder = ({ attrs }) => {
  const block = attrs.int('block_size');
  const format = attrs.string('data_format');
  return (inputs) =>
    tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const last = format === 'NCHW' ? tf.transpose(x, [0, 2, 3, 1]) : x;
      const [batch = 0, height = 0, width = 0, depth = 0] = last.shape;
      const parts = tf.reshape(last, [batch, height, width, block, block, depth / block ** 2]);
      const y = tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), [
        batch,
        height * block,
        width * block,
        depth / block ** 2,
      ]);
      return format === 'NCHW' ? tf.transpose(y, [0, 3, 1, 2]) : y;
    });
};

const spaceToDepth: OpBuilder = ({ attrs }) => {
  const block = attrs.int('block_size');
  const format = attrs.string('data_format');
  return (inputs) =>
    tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const last = format === 'NCHW' ? tf.transpose(x, [0, 2, 3, 1]) : x;
      const [batch = 0, height = 0, width = 0, depth = 0] = last.shape;
      const parts = tf.reshape(last, [batch, height / block, block, width / block, block, depth]);
      const y = tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), [
        batch,
        height / block,
        width / block,
        depth * block ** 2,
      ]);
      return format === 'NCHW' ? tf.transpose(y, [0, 3, 1, 2]) : y;
    });
};

/** Ops that move elements between space, batch and depth, and between layouts. */
export const spaceOps: OpFamily = {
  SpaceToBatchND: spaceAndBatch(tf.spaceToBatchND),
  BatchToSpaceND: spaceAndBatch(tf.batchToSpaceND),
  SpaceToDepth: spaceToDepth,
  DepthToSpace: depthToSpace,
  DataFormatVecPermute: ({ attrs }) =>
    permuteFormat(attrs.string('src_format'), attrs.string('dst_format')),
  DataFormatDimMap: ({ attrs }) => {
    const from = attrs.string('src_format');
    const to = attrs.string('dst_format');
    return (inputs) => {
      const x = onHost(inputAt(inputs, 0), 'int32');
      const data = Array.from(x.data, (axis) => to.indexOf(from.at(Number(axis)) ?? ''));
      return new HostTensor(x.dtype, x.shape, data);
    };
  },
};

/** Reorders a vector, or pairs, that belong to the axes of one layout into those of another. */
function permuteFormat(from: string, to: string): Kernel {
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), 'int32');
    const rows = x.shape[0] ?? 0;
    const isSpatial = rows < from.length;
    const own = isSpatial ? from.replace(/[NC]/g, '') : from;
    const wanted = isSpatial ? to.replace(/[NC]/g, '') : to;
    const width = x.rank === 2 ? (x.shape[1] ?? 1) : 1;
    const data = [...wanted].flatMap((letter) => {
      const at = own.indexOf(letter) * width;
      return Array.from({ length: width }, (_, i) => x.data[at + i] ?? 0);
    });
    return new HostTensor(x.dtype, x.shape, data);
  };
}
