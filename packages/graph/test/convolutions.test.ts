import { beforeAll, expect, test } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerKernels } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerKernels();
});

/** Reproducible numbers in [−1, 1) without a pattern. */
function numbers(count: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

type Shape = [number, number, number, number];

function sample(shape: Shape): tf.Tensor4D {
  return tf.tensor4d(numbers(tf.util.sizeFromShape(shape)), shape);
}

interface Options {
  readonly strides?: [number, number];
  readonly pad?: tf.Conv2DAttrs['pad'];
  readonly dilations?: [number, number];
  readonly bias?: boolean;
  readonly activation?: 'relu' | 'relu6';
}

/** The convolution by its definition, in double precision. */
function reference(x: tf.Tensor4D, filter: tf.Tensor4D, options: Options): number[] {
  const { strides = [1, 1], pad = 'valid', dilations = [1, 1] } = options;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad);
  const { batchSize, outHeight, outWidth, outChannels, padInfo } = info;
  const [images, weights] = [x.dataSync(), filter.dataSync()];
  const bias = options.bias === true ? numbers(outChannels) : new Float32Array(outChannels);
  return Array.from({ length: batchSize * outHeight * outWidth }, (_, pixel) => {
    const line = Math.floor(pixel / outWidth);
    const top = (line % outHeight) * strides[0] - padInfo.top;
    const left = (pixel % outWidth) * strides[1] - padInfo.left;
    const sums = Array.from(bias);
    for (let tap = 0; tap < info.filterHeight * info.filterWidth; tap++) {
      const row = top + Math.floor(tap / info.filterWidth) * dilations[0];
      const column = left + (tap % info.filterWidth) * dilations[1];
      if (row < 0 || row >= info.inHeight || column < 0 || column >= info.inWidth) continue;
      const source = (Math.floor(line / outHeight) * info.inHeight + row) * info.inWidth + column;
      addProducts(
        sums,
        images.subarray(source * info.inChannels, (source + 1) * info.inChannels),
        weights,
        tap,
      );
    }
    return sums.map((sum) => activated(sum, options.activation));
  }).flat();
}

/** Adds the products of one pixel with the filters at one tap. */
function addProducts(
  sums: number[],
  pixel: Float32Array | Int32Array | Uint8Array,
  weights: ArrayLike<number>,
  tap: number,
): void {
  pixel.forEach((value, channel) => {
    const row = (tap * pixel.length + channel) * sums.length;
    sums.forEach((sum, f) => {
      sums[f] = sum + value * (weights[row + f] ?? 0);
    });
  });
}

function activated(value: number, activation: Options['activation']): number {
  if (activation === undefined) return value;
  return Math.min(Math.max(value, 0), activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY);
}

function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, options: Options): tf.Tensor4D {
  const { strides = [1, 1], pad = 'valid', dilations = [1, 1], activation } = options;
  if (options.bias !== true && activation === undefined) {
    return tf.conv2d(x, filter, strides, pad as 'same', 'NHWC', dilations);
  }
  const bias = options.bias === true ? tf.tensor1d(numbers(filter.shape[3])) : undefined;
  return tf.fused.conv2d({
    ...{ x, filter, strides, pad: pad as 'same', dilations },
    ...(bias && { bias }),
    ...(activation && { activation }),
  });
}

/** The largest difference, relative to the largest value. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs), 1e-30);
  expect(actual).toHaveLength(expected.length);
  return (
    Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))) / largest
  );
}

const EXPLICIT: tf.Conv2DAttrs['pad'] = [
  [0, 0],
  [2, 1],
  [0, 3],
  [0, 0],
];

const CASES: ReadonlyArray<readonly [name: string, x: Shape, filter: Shape, options: Options]> = [
  ['one pixel', [1, 1, 1, 5], [1, 1, 5, 3], {}],
  ['one pixel under a larger filter', [2, 1, 1, 4], [3, 3, 4, 8], { pad: 'same', bias: true }],
  ['pointwise', [2, 7, 5, 16], [1, 1, 16, 24], { bias: true, activation: 'relu6' }],
  ['pointwise with a stride', [1, 9, 8, 6], [1, 1, 6, 10], { strides: [2, 3] }],
  ['odd numbers of channels', [1, 6, 7, 5], [3, 3, 5, 7], { pad: 'same', activation: 'relu' }],
  ['channels by four', [3, 8, 8, 4], [3, 3, 4, 12], { bias: true }],
  ['channels by eight', [1, 9, 9, 8], [3, 3, 8, 16], { pad: 'same', bias: true }],
  [
    'many channels',
    [1, 10, 11, 32],
    [3, 3, 32, 40],
    { pad: 'same', bias: true, activation: 'relu' },
  ],
  ['many images', [40, 9, 8, 16], [3, 3, 16, 16], { pad: 'same' }],
  ['a stride and an even image', [2, 12, 10, 3], [3, 3, 3, 9], { strides: [2, 2], pad: 'same' }],
  ['a flat filter', [1, 5, 20, 4], [1, 7, 4, 6], { pad: 'same' }],
  ['a tall filter', [1, 20, 5, 4], [7, 1, 4, 6], { pad: 'same' }],
  ['dilations', [1, 11, 12, 6], [3, 3, 6, 9], { dilations: [2, 3], pad: 'same', bias: true }],
  ['explicit padding', [1, 5, 6, 8], [3, 3, 8, 8], { pad: EXPLICIT }],
  ['tiles within an image', [2, 10, 8, 16], [3, 3, 16, 20], { bias: true, activation: 'relu6' }],
  ['tiles of odd images', [3, 7, 9, 16], [3, 3, 16, 16], { pad: 'same', activation: 'relu' }],
  ['tiles of odd results', [2, 9, 7, 20], [3, 3, 20, 12], { bias: true }],
  ['tiles of a line', [1, 1, 30, 24], [3, 3, 24, 24], { pad: 'same', bias: true }],
  ['tiles of a column', [1, 31, 1, 24], [3, 3, 24, 28], { pad: 'same' }],
  ['tiles of many small images', [50, 3, 3, 32], [3, 3, 32, 16], { pad: 'same', bias: true }],
  ['tiles in several passes', [2, 40, 41, 48], [3, 3, 48, 36], { pad: 'same', activation: 'relu' }],
  ['tiles with explicit padding', [1, 6, 9, 16], [3, 3, 16, 16], { pad: EXPLICIT }],
  ['a large image', [1, 64, 66, 20], [3, 3, 20, 17], { pad: 'same', bias: true }],
];

test.each(CASES)('convolutions equal their definition: %s', (_, xShape, filterShape, options) => {
  tf.tidy(() => {
    const [x, filter] = [sample(xShape), sample(filterShape)];
    const expected = reference(x, filter, options);
    // The second and the third time use a copy of the filter that is made for many uses.
    for (let time = 0; time < 3; time++) {
      // Sums of up to 300 products in float32.
      expect(difference(convolve(x, filter, options).dataSync(), expected)).toBeLessThan(2e-6);
    }
  });
});

test.each([Number.POSITIVE_INFINITY, Number.NaN])(
  'a pixel of %p spoils no pixel that its filter does not reach',
  (value) => {
    tf.tidy(() => {
      const filter = tf.ones([3, 3, 16, 16]) as tf.Tensor4D;
      const x = tf.buffer([1, 12, 12, 16]);
      x.set(value, 0, 4, 5, 3);
      const y = tf.conv2d(x.toTensor() as tf.Tensor4D, filter, 1, 'same').dataSync();
      const spoiled = Array.from({ length: 144 }, (_, i) => i).filter((i) => y[16 * i] !== 0);
      expect(spoiled).toEqual([40, 41, 42, 52, 53, 54, 64, 65, 66]);
      for (const pixel of spoiled) expect(y[16 * pixel]).toBe(value);
    });
  },
);

test('a filter may come back under another shape', () => {
  tf.tidy(() => {
    const filter = sample([3, 3, 16, 16]);
    for (const channels of [16, 16, 144, 16, 144]) {
      const taps = channels === 16 ? 3 : 1;
      const x = sample([1, 12, 12, channels]);
      const same = tf.reshape(filter, [taps, taps, channels, 16]) as tf.Tensor4D;
      expect(difference(convolve(x, same, {}).dataSync(), reference(x, same, {}))).toBeLessThan(
        2e-6,
      );
    }
  });
});

test('a convolution leaves neither tensors nor memory behind', () => {
  const x = tf.ones([1, 8, 8, 64]) as tf.Tensor4D;
  const step = (): void => {
    tf.tidy(() => {
      const filter = tf.ones([3, 3, 64, 60]) as tf.Tensor4D;
      for (let time = 0; time < 3; time++) tf.conv2d(x, filter, 1, 'same');
    });
  };
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  step();
  const [tensors, bytes] = [tf.memory().numTensors, wasm.HEAPU8.byteLength];
  // Without freeing, the packed filters alone would take 59 MB.
  for (let i = 0; i < 400; i++) step();
  x.dispose();
  expect(tf.memory().numTensors).toBe(tensors - 1);
  expect(wasm.HEAPU8.byteLength).toBe(bytes);
});
