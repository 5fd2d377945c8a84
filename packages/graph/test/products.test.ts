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
  let state = 54321;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

function sample(shape: number[]): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape);
}

interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Products of pairs of matrices in double precision. */
function reference(a: tf.Tensor, b: tf.Tensor, sizes: Sizes, isTransposed: boolean): number[] {
  const { rows, inner, columns } = sizes;
  const [left, right] = [a.dataSync(), b.dataSync()];
  return Array.from({ length: (a.size / inner) * columns }, (_, i) => {
    const [line, column] = [Math.floor(i / columns), i % columns];
    const matrix = b.size > inner * columns ? Math.floor(line / rows) * inner * columns : 0;
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const at = isTransposed ? column * inner + k : k * columns + column;
      sum += (left[line * inner + k] ?? 0) * (right[matrix + at] ?? 0);
    }
    return sum;
  });
}

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  const differences = expected.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN)));
  // Sums of up to 300 products in float32.
  expect(Math.max(...differences) / Math.max(...expected.map(Math.abs))).toBeLessThan(2e-6);
}

const SIZES: ReadonlyArray<readonly [rows: number, inner: number, columns: number]> = [
  [1, 8, 8],
  [3, 12, 16],
  [4, 1, 1],
  [5, 7, 9],
  [70, 20, 24],
  [66, 300, 40],
  [129, 5, 33],
  [300, 64, 8],
  [67, 3, 2],
];

test.each(SIZES)('products of %p rows, %p and %p columns', (rows, inner, columns) => {
  const sizes = { rows, inner, columns };
  for (const isTransposed of [false, true]) {
    tf.tidy(() => {
      const a = sample([rows, inner]);
      const b = sample(isTransposed ? [columns, inner] : [inner, columns]);
      const expected = reference(a, b, sizes, isTransposed);
      // From the second time on, a copy of the right operand is used that is made for many uses.
      for (let time = 0; time < 3; time++) {
        expectClose(tf.matMul(a, b, false, isTransposed), expected);
      }
      expectClose(tf.matMul(tf.transpose(a), b, true, isTransposed), expected);
    });
  }
});

test.each(SIZES)('batches of products of %p rows, %p and %p columns', (rows, inner, columns) => {
  const sizes = { rows, inner, columns };
  for (const isTransposed of [false, true]) {
    tf.tidy(() => {
      const a = sample([2, 2, rows, inner]);
      const b = sample([2, 2, ...(isTransposed ? [columns, inner] : [inner, columns])]);
      expectClose(tf.matMul(a, b, false, isTransposed), reference(a, b, sizes, isTransposed));
      const first = tf.slice(b, 0, 1);
      const whole = tf.concat([first, first]);
      expectClose(
        tf.matMul(a, first, false, isTransposed),
        reference(a, whole, sizes, isTransposed),
      );
    });
  }
});

test.each(['linear', 'relu', 'relu6'] as const)('a bias is added before %s', (activation) => {
  const ends = { linear: [-99, 99], relu: [0, 99], relu6: [0, 6] }[activation];
  tf.tidy(() => {
    const [a, b] = [sample([80, 40]), sample([40, 24])];
    const bias = tf.mul(sample([24]), 9) as tf.Tensor1D;
    const shifts = bias.dataSync();
    const expected = reference(a, b, { rows: 80, inner: 40, columns: 24 }, false).map((sum, i) =>
      Math.min(Math.max(sum + (shifts[i % 24] ?? 0), ends[0] ?? 0), ends[1] ?? 0),
    );
    expect(Math.max(...expected)).toBeGreaterThan(activation === 'relu6' ? 5.9 : 6);
    for (const transposeB of [false, true]) {
      const right = transposeB ? tf.transpose(b) : b;
      expectClose(tf.fused.matMul({ a, b: right, transposeB, bias, activation }), expected);
    }
  });
});

test('a relu keeps a NaN', () => {
  tf.tidy(() => {
    const a = tf.fill([80, 16], Number.NaN) as tf.Tensor2D;
    const y = tf.fused.matMul({ a, b: tf.ones([16, 16]) as tf.Tensor2D, activation: 'relu' });
    expect(Array.from(tf.isNaN(y).dataSync())).toEqual(new Array(80 * 16).fill(1));
  });
});
