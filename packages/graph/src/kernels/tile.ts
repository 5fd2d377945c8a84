import * as tf from '@tensorflow/tfjs-core';
import { type Numbers, numericType, type TypedArrayKernel } from './typed-array-kernel.ts';

/** Repeats a tensor along its axes. Equals TensorFlow's `Tile`; the wasm kernel of tfjs goes element by element. */
export const tileKernel: TypedArrayKernel<tf.TileAttrs> = {
  kernelName: tf.Tile,
  infer: ({ x }, { reps }) => [
    {
      shape: (x?.shape ?? []).map((length, axis) => length * (reps[axis] ?? 1)),
      dtype: numericType(x?.dtype),
    },
  ],
  compute: ({ x }, [result], { reps }) => {
    if (x === undefined || result === undefined || result.length === 0) return;
    let inner = 1;
    let tiled = x.values;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const block = inner * (x.shape[axis] ?? 1);
      const count = reps[axis] ?? 1;
      if (count > 1) tiled = repeatBlocks(tiled, block, count);
      inner = block * count;
    }
    result.set(tiled);
  },
};

/** Writes each block of the source `count` times. */
function repeatBlocks(source: Numbers, block: number, count: number): Numbers {
  const target = emptyLike(source, source.length * count);
  for (let from = 0, to = 0; from < source.length; from += block) {
    const end = to + block * count;
    if (block === 1) target.fill(source[from] ?? 0, to, end);
    else {
      target.set(source.subarray(from, from + block), to);
      // Each pass copies what is there already, so that short blocks need few passes.
      for (let done = block; done < block * count; done *= 2) {
        target.copyWithin(to + done, to, Math.min(to + done, end - done));
      }
    }
    to = end;
  }
  return target;
}

function emptyLike(source: Numbers, length: number): Numbers {
  if (source instanceof Float32Array) return new Float32Array(length);
  return source instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
}
