import * as tf from '@tensorflow/tfjs-core';
import type { NativeCall } from './simd/native-call.ts';
import {
  type KernelInputInfos,
  type Numbers,
  numericType,
  type OutputSpec,
  type TypedArrayKernel,
} from './typed-array-kernel.ts';

const LOWEST_INT32 = -(2 ** 31);

/** Name of the kernel that lets a gradient pass where the output of a `relu` is positive. */
export const RELU_GRAD = 'ReluGrad';
/** Name of the kernel that lets a gradient pass where the output of a `relu6` is between its ends. */
export const RELU6_GRAD = 'Relu6Grad';

function likeFirst(name: string): (inputs: KernelInputInfos) => OutputSpec[] {
  return (inputs) => [
    { shape: inputs[name]?.shape ?? [], dtype: numericType(inputs[name]?.dtype) },
  ];
}

/** Converts numbers as C does on x86: what does not fit into an int32 becomes the lowest one. */
function toInt32(value: number): number {
  return value > LOWEST_INT32 - 1 && value < -LOWEST_INT32 ? Math.trunc(value) : LOWEST_INT32;
}

function convert(from: Numbers, to: Numbers): void {
  if (to instanceof Uint8Array) {
    for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
  } else if (to instanceof Int32Array && from instanceof Float32Array) {
    for (let i = 0; i < to.length; i++) to[i] = toInt32(from[i] ?? 0);
  } else to.set(from);
}

function isPlain(dtype: tf.DataType | undefined): boolean {
  return dtype !== 'string' && dtype !== 'complex64';
}

/** Converts between dtypes. Equals TensorFlow's `Cast`; the wasm kernel of tfjs makes 0.5 false. */
export const castKernel: TypedArrayKernel<tf.CastAttrs> = {
  kernelName: tf.Cast,
  shares: ({ x }, { dtype }) => dtype === x?.dtype && isPlain(dtype),
  serves: ({ x }, { dtype }) => dtype !== x?.dtype && dtype !== 'complex64' && dtype !== 'string',
  infer: ({ x }, { dtype }) => [{ shape: x?.shape ?? [], dtype: numericType(dtype) }],
  compute: ({ x }, [result]) => {
    if (x !== undefined && result !== undefined) convert(x.values, result);
  },
};

/** Gives its input; the wasm kernel of tfjs copies it. */
export const identityKernel: TypedArrayKernel<object> = {
  kernelName: tf.Identity,
  shares: ({ x }) => x?.dtype !== 'string',
  infer: likeFirst('x'),
  compute: ({ x }, [result]) => {
    if (x !== undefined) result?.set(x.values);
  },
};

/** Chooses between two tensors. Equals TensorFlow's `SelectV2`, and `Select` for a vector that chooses rows. */
export const selectKernel: TypedArrayKernel<object> = {
  kernelName: tf.Select,
  infer: ({ t, e }) => [
    {
      shape: t?.shape ?? [],
      dtype: numericType(tf.upcastType(t?.dtype ?? 'float32', e?.dtype ?? 'float32')),
    },
  ],
  compute: ({ condition, t, e }, [result]) => {
    if (condition === undefined || t === undefined || e === undefined || result === undefined)
      return;
    const choices = condition.values;
    const width = choices.length > 0 ? result.length / choices.length : 1;
    if (width === 1) {
      for (let i = 0; i < result.length; i++) {
        result[i] = (choices[i] === 0 ? e.values[i] : t.values[i]) ?? 0;
      }
      return;
    }
    choices.forEach((choice: number, row: number) => {
      const source = choice === 0 ? e.values : t.values;
      result.set(source.subarray(row * width, (row + 1) * width), row * width);
    });
  },
};

/** Cuts numbers at both ends. Equals TensorFlow's `ClipByValue`; the wasm kernel of tfjs turns NaN into a number. */
export const clipKernel: TypedArrayKernel<tf.ClipByValueAttrs> = {
  kernelName: tf.ClipByValue,
  infer: likeFirst('x'),
  compute: ({ x }, [result], { clipValueMin, clipValueMax }) => {
    if (x !== undefined && result !== undefined) clip(x.values, result, clipValueMin, clipValueMax);
  },
  native: (call, { clipValueMin, clipValueMax }) => {
    clipNative(call, clipValueMin, clipValueMax);
  },
};

/** Cuts numbers below zero and above six. Equals TensorFlow's `Relu6`. */
export const relu6Kernel: TypedArrayKernel<object> = {
  kernelName: tf.Relu6,
  infer: likeFirst('x'),
  compute: ({ x }, [result]) => {
    if (x !== undefined && result !== undefined) clip(x.values, result, 0, 6);
  },
  native: (call) => {
    clipNative(call, 0, 6);
  },
};

function clipNative({ simd, inputs: { x }, outputs: [y] }: NativeCall, low: number, high: number) {
  if (x !== undefined && y !== undefined) simd.clip(x.address, y.address, y.size, low, high);
}

function clip(source: Numbers, target: Numbers, low: number, high: number): void {
  for (let i = 0; i < target.length; i++) {
    const value = source[i] ?? 0;
    target[i] = Math.max(Math.min(value, high), low);
  }
}

/** Returns the sign; a NaN stays. Equals TensorFlow's `Sign`. */
export const signKernel: TypedArrayKernel<object> = {
  kernelName: tf.Sign,
  infer: likeFirst('x'),
  compute: ({ x }, [result]) => {
    if (x === undefined || result === undefined) return;
    for (let i = 0; i < result.length; i++) result[i] = Math.sign(x.values[i] ?? 0);
  },
};

/** Lets a gradient pass where the output of a `relu` is positive. Equals TensorFlow's `ReluGrad`. */
export const reluGradKernel: TypedArrayKernel<object> = passWhere(
  RELU_GRAD,
  'reluGrad',
  (y) => y > 0,
);

/** Lets a gradient pass where the output of a `relu6` is above 0 and below 6. Equals TensorFlow's `Relu6Grad`. */
export const relu6GradKernel: TypedArrayKernel<object> = passWhere(
  RELU6_GRAD,
  'relu6Grad',
  (y) => y > 0 && y < 6,
);

function passWhere(
  kernelName: string,
  native: 'reluGrad' | 'relu6Grad',
  passes: (y: number) => boolean,
): TypedArrayKernel<object> {
  return {
    kernelName,
    infer: ({ dy }) => [{ shape: dy?.shape ?? [], dtype: 'float32' }],
    compute: ({ dy, y }, [result]) => {
      if (dy === undefined || y === undefined || result === undefined) return;
      for (let i = 0; i < result.length; i++) {
        // As in TensorFlow a product, so that an infinite gradient shows as NaN also where the unit was off.
        result[i] = (dy.values[i] ?? 0) * (passes(y.values[i] ?? 0) ? 1 : 0);
      }
    },
    native: ({ simd, inputs: { dy, y }, outputs: [dx] }) => {
      if (dy === undefined || y === undefined || dx === undefined) return;
      simd[native](dy.address, y.address, dx.address, dx.size);
    },
  };
}

/** Hyperbolic tangent. Equals TensorFlow's `Tanh`; the wasm kernel of tfjs computes one number at a time. */
export const tanhKernel: TypedArrayKernel<object> = {
  kernelName: tf.Tanh,
  infer: ({ x }) => [{ shape: x?.shape ?? [], dtype: 'float32' }],
  compute: ({ x }, [result]) => {
    if (x === undefined || result === undefined) return;
    for (let i = 0; i < result.length; i++) result[i] = Math.tanh(x.values[i] ?? 0);
  },
  native: ({ simd, inputs: { x }, outputs: [y] }) => {
    if (x !== undefined && y !== undefined) simd.tanh(x.address, y.address, y.size);
  },
};
