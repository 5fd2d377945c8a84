import * as tf from '@tensorflow/tfjs-core';
import { broadcast, input, inputList, type MetaKernel, metaKernel } from './kernel.ts';

const SAME_DTYPE: readonly string[] = [
  tf.Abs,
  tf.Ceil,
  tf.ClipByValue,
  tf.Floor,
  tf.LeakyRelu,
  tf.Neg,
  tf.OnesLike,
  tf.Relu,
  tf.Relu6,
  tf.Round,
  tf.Sign,
  tf.Square,
  tf.ZerosLike,
];

const FLOAT: readonly string[] = [
  tf.Acos,
  tf.Acosh,
  tf.Asin,
  tf.Asinh,
  tf.Atan,
  tf.Atanh,
  tf.ComplexAbs,
  tf.Cos,
  tf.Cosh,
  tf.Elu,
  tf.Erf,
  tf.Exp,
  tf.Expm1,
  tf.Log,
  tf.Log1p,
  tf.Reciprocal,
  tf.Rsqrt,
  tf.Selu,
  tf.Sigmoid,
  tf.Sin,
  tf.Sinh,
  tf.Softplus,
  tf.Sqrt,
  tf.Step,
  tf.Tan,
  tf.Tanh,
];

const LOGICAL: readonly string[] = [tf.IsFinite, tf.IsInf, tf.IsNan, tf.LogicalNot];

const BINARY: readonly string[] = [
  tf.Add,
  tf.Atan2,
  tf.BitwiseAnd,
  tf.FloorDiv,
  tf.Maximum,
  tf.Minimum,
  tf.Mod,
  tf.Multiply,
  tf.Pow,
  tf.RealDiv,
  tf.SquaredDifference,
  tf.Sub,
];

const COMPARISON: readonly string[] = [
  tf.Equal,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
  'LogicalXor',
  tf.NotEqual,
];

function unary(kernelName: string, dtype?: tf.DataType): MetaKernel {
  return metaKernel(kernelName, (inputs) => {
    const x = input(inputs, 'x');
    return { shape: x.shape, dtype: dtype ?? x.dtype };
  });
}

function binary(kernelName: string, dtype?: tf.DataType): MetaKernel {
  return metaKernel(kernelName, (inputs) => {
    const a = input(inputs, 'a');
    return { shape: broadcast(a.shape, input(inputs, 'b').shape), dtype: dtype ?? a.dtype };
  });
}

/** Kernels that work element by element. */
export const elementwiseKernels: readonly MetaKernel[] = [
  ...SAME_DTYPE.map((name) => unary(name)),
  ...FLOAT.map((name) => unary(name, 'float32')),
  ...LOGICAL.map((name) => unary(name, 'bool')),
  ...BINARY.map((name) => binary(name)),
  ...COMPARISON.map((name) => binary(name, 'bool')),
  metaKernel<tf.CastAttrs>(tf.Cast, (inputs, { dtype }) => ({
    shape: input(inputs, 'x').shape,
    dtype,
  })),
  metaKernel(tf.AddN, (inputs) => {
    const [first] = inputList(inputs);
    return first ?? { shape: [], dtype: 'float32' };
  }),
  metaKernel(tf.Prelu, (inputs) => ({
    shape: broadcast(input(inputs, 'x').shape, input(inputs, 'alpha').shape),
    dtype: 'float32',
  })),
  metaKernel(tf.EluGrad, (inputs) => ({ shape: input(inputs, 'dy').shape, dtype: 'float32' })),
  metaKernel(tf.Complex, (inputs) => ({ shape: input(inputs, 'real').shape, dtype: 'complex64' })),
  ...[tf.Real, tf.Imag].map((name) =>
    metaKernel(name, (inputs) => ({ shape: input(inputs, 'input').shape, dtype: 'float32' })),
  ),
  ...[tf.FFT, tf.IFFT].map((name) => metaKernel(name, (inputs) => input(inputs, 'input'))),
  metaKernel(tf.Softmax, (inputs) => ({ shape: input(inputs, 'logits').shape, dtype: 'float32' })),
  metaKernel(tf.Select, (inputs) => {
    const t = input(inputs, 't');
    return { shape: t.shape, dtype: tf.upcastType(t.dtype, input(inputs, 'e').dtype) };
  }),
];
