import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  inputList,
  type MetaKernel,
  type MetaSpec,
  metaKernel,
  positiveAxis,
  sizeOf,
} from './kernel.ts';

function concat(inputs: readonly MetaSpec[], axis: number): MetaSpec {
  const [first] = inputs;
  if (first === undefined) throw new TypeError('concat needs an input');
  const along = positiveAxis(axis, first.shape.length);
  const total = inputs.reduce((sum, { shape }) => sum + (shape[along] ?? 0), 0);
  return { ...first, shape: first.shape.map((length, i) => (i === along ? total : length)) };
}

function inserted(shape: readonly number[], axis: number, length: number): number[] {
  return [...shape.slice(0, axis), length, ...shape.slice(axis)];
}

function pack(inputs: readonly MetaSpec[], axis: number): MetaSpec {
  const [first] = inputs;
  if (first === undefined) throw new TypeError('stack needs an input');
  const along = positiveAxis(axis, first.shape.length + 1);
  return { ...first, shape: inserted(first.shape, along, inputs.length) };
}

function unpack(value: MetaSpec, axis: number): MetaSpec[] {
  const along = positiveAxis(axis, value.shape.length);
  const part = { ...value, shape: value.shape.filter((_, i) => i !== along) };
  return Array.from({ length: value.shape[along] ?? 0 }, () => part);
}

function split(x: MetaSpec, attrs: tf.SplitVAttrs): MetaSpec[] {
  const along = positiveAxis(attrs.axis, x.shape.length);
  const probe = { shape: [...x.shape], dtype: x.dtype } as unknown as tf.Tensor;
  const sizes = tf.backend_util.prepareSplitSize(probe, attrs.numOrSizeSplits, along);
  return sizes.map((size) => ({
    ...x,
    shape: x.shape.map((length, i) => (i === along ? size : length)),
  }));
}

function padded(x: MetaSpec, paddings: readonly (readonly [number, number])[]): MetaSpec {
  return {
    ...x,
    shape: x.shape.map((length, axis) => {
      const [before, after] = paddings[axis] ?? [0, 0];
      return before + length + after;
    }),
  };
}

function sliced(x: MetaSpec, attrs: tf.SliceAttrs): MetaSpec {
  const probe = { shape: [...x.shape], dtype: x.dtype, dataId: {} };
  const [begin = [], size = []] = tf.slice_util.parseSliceParams(probe, attrs.begin, attrs.size);
  tf.slice_util.assertParamsValid(probe, begin, size);
  return { ...x, shape: size };
}

function stridedSliced(x: MetaSpec, attrs: tf.StridedSliceAttrs): MetaSpec {
  const { finalShape } = tf.slice_util.sliceInfo(
    [...x.shape],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  return { ...x, shape: finalShape };
}

function spaceToBatch(x: MetaSpec, attrs: tf.SpaceToBatchNDAttrs): MetaSpec {
  const [batch = 1, ...rest] = x.shape;
  const spatial = rest.map((length, axis) => {
    const block = attrs.blockShape[axis];
    if (block === undefined) return length;
    const [before = 0, after = 0] = attrs.paddings[axis] ?? [];
    return (length + before + after) / block;
  });
  return { ...x, shape: [batch * sizeOf(attrs.blockShape), ...spatial] };
}

function batchToSpace(x: MetaSpec, attrs: tf.BatchToSpaceNDAttrs): MetaSpec {
  const [batch = 1, ...rest] = x.shape;
  const spatial = rest.map((length, axis) => {
    const block = attrs.blockShape[axis];
    if (block === undefined) return length;
    const [before = 0, after = 0] = attrs.crops[axis] ?? [];
    return length * block - before - after;
  });
  return { ...x, shape: [batch / sizeOf(attrs.blockShape), ...spatial] };
}

function depthToSpace(x: MetaSpec, { blockSize, dataFormat }: tf.DepthToSpaceAttrs): MetaSpec {
  const [batch = 1, a = 1, b = 1, c = 1] = x.shape;
  const shape =
    dataFormat === 'NHWC'
      ? [batch, a * blockSize, b * blockSize, c / blockSize ** 2]
      : [batch, a / blockSize ** 2, b * blockSize, c * blockSize];
  return { ...x, shape };
}

const x = (inputs: Parameters<typeof input>[0]): MetaSpec => input(inputs, 'x');

/** Kernels that move elements. */
export const arrayKernels: readonly MetaKernel[] = [
  metaKernel(tf.Identity, x),
  metaKernel(tf.Reverse, x),
  metaKernel<tf.ReshapeAttrs>(tf.Reshape, (inputs, { shape }) => ({
    ...x(inputs),
    shape: tf.util.inferFromImplicitShape(shape, sizeOf(x(inputs).shape)),
  })),
  metaKernel<tf.ExpandDimsAttrs>(tf.ExpandDims, (inputs, { dim }) => {
    const { shape, dtype } = input(inputs, 'input');
    return { dtype, shape: inserted(shape, dim < 0 ? shape.length + dim + 1 : dim, 1) };
  }),
  metaKernel<tf.TransposeAttrs>(tf.Transpose, (inputs, { perm }) => ({
    ...x(inputs),
    shape: perm.map((axis) => x(inputs).shape[axis] ?? 1),
  })),
  metaKernel<tf.TileAttrs>(tf.Tile, (inputs, { reps }) => ({
    ...x(inputs),
    shape: x(inputs).shape.map((length, axis) => length * (reps[axis] ?? 1)),
  })),
  metaKernel<tf.PadV2Attrs>(tf.PadV2, (inputs, { paddings }) => padded(x(inputs), paddings)),
  metaKernel<tf.MirrorPadAttrs>(tf.MirrorPad, (inputs, { paddings }) =>
    padded(x(inputs), paddings),
  ),
  metaKernel<tf.SliceAttrs>(tf.Slice, (inputs, attrs) => sliced(x(inputs), attrs)),
  metaKernel<tf.StridedSliceAttrs>(tf.StridedSlice, (inputs, attrs) =>
    stridedSliced(x(inputs), attrs),
  ),
  metaKernel<tf.SplitVAttrs>(tf.SplitV, (inputs, attrs) => split(x(inputs), attrs)),
  metaKernel<tf.ConcatAttrs>(tf.Concat, (inputs, { axis }) => concat(inputList(inputs), axis)),
  metaKernel<tf.PackAttrs>(tf.Pack, (inputs, { axis }) => pack(inputList(inputs), axis)),
  metaKernel<tf.UnpackAttrs>(tf.Unpack, (inputs, { axis }) => unpack(input(inputs, 'value'), axis)),
  metaKernel<tf.SpaceToBatchNDAttrs>(tf.SpaceToBatchND, (inputs, attrs) =>
    spaceToBatch(x(inputs), attrs),
  ),
  metaKernel<tf.BatchToSpaceNDAttrs>(tf.BatchToSpaceND, (inputs, attrs) =>
    batchToSpace(x(inputs), attrs),
  ),
  metaKernel<tf.DepthToSpaceAttrs>(tf.DepthToSpace, (inputs, attrs) =>
    depthToSpace(x(inputs), attrs),
  ),
  metaKernel(tf.Diag, (inputs) => ({
    ...x(inputs),
    shape: [...x(inputs).shape, ...x(inputs).shape],
  })),
];
