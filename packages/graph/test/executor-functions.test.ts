import { expect, test } from '@jest/globals';
import {
  ComplexTensor,
  type GraphFunction,
  HostTensor,
  recordOfValue,
  type Value,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import {
  arrayOf,
  compileCase,
  type FunctionCase,
  functionCases,
  inputOf,
  numbersOf,
  useBackend,
} from './executor-cases.ts';

/** Both sides round to 32 bits after each operation, in different orders. */
const TOLERANCE = 2e-5;

const named = functionCases().map((found): [string, FunctionCase] => [found.name, found]);

function expectClose(
  actual: readonly number[],
  wanted: readonly number[],
  tolerance: number,
): void {
  const far = actual.filter((value, i) => {
    const expected = wanted[i] ?? Number.NaN;
    if (Object.is(value, expected) || value === expected) return false;
    return !(Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)));
  });
  expect(actual).toHaveLength(wanted.length);
  expect(far).toEqual([]);
}

function expectOutputs(main: GraphFunction, outputs: readonly Value[], found: FunctionCase): void {
  expect(outputs).toHaveLength(found.outputs.length);
  for (const [i, recorded] of found.outputs.entries()) {
    const wanted = arrayOf(recorded);
    const value = outputs[i];
    if (value === undefined) throw new Error('an output is missing');
    const actual = recordOfValue(value, main.outputs[i]?.dtype ?? 'unknown');
    expect([actual.dtype, [...actual.shape]]).toEqual([wanted.dtype, [...wanted.shape]]);
    if (wanted.dtype.startsWith('float')) {
      expectClose(numbersOf(actual), numbersOf(wanted), found.tolerance ?? TOLERANCE);
    } else expect(plain(actual.data)).toEqual(plain(wanted.data));
  }
}

function plain(data: object): string[] {
  return Array.from(data as ArrayLike<unknown>).map((element) =>
    element instanceof Uint8Array ? Buffer.from(element).toString('base64') : String(element),
  );
}

function disposeValue(value: Value): void {
  if (value instanceof tf.Tensor) value.dispose();
  if (value instanceof ComplexTensor) tf.dispose([value.real, value.imag]);
  if (value instanceof HostTensor) value.release();
}

for (const backend of ['cpu', 'wasm']) {
  test.each(named)(`%s gives what TensorFlow computes (${backend})`, async (_, found) => {
    await useBackend(backend);
    const main = compileCase(found);
    tf.tidy(() => {
      expectOutputs(main, main.run(found.inputs.map(inputOf)), found);
    });
    // Constants and variables stay from the first call on, and nothing else does.
    const inputs = found.inputs.map(inputOf);
    const before = tf.memory().numTensors;
    for (const value of main.run(inputs)) disposeValue(value);
    expect(tf.memory().numTensors).toBe(before);
    for (const value of inputs) disposeValue(value);
  });
}

const differentiable = named.filter(([, { gradients }]) => gradients !== undefined);

test.each(differentiable)('gradients flow through %s', async (_, found) => {
  await useBackend('cpu');
  tf.tidy(() => {
    const main = compileCase(found);
    const inputs = found.inputs.map(inputOf);
    const floats = inputs.flatMap((value, i) =>
      value instanceof tf.Tensor && found.gradients?.[i] != null ? [i] : [],
    );
    const place = found.outputs.findIndex(({ dtype }) => dtype === 'float32');
    const cotangent = tf.tensor(
      found.cotangent === undefined ? [] : numbersOf(arrayOf(found.cotangent)),
      [...(found.cotangent?.shape ?? [])],
    );
    const slopes = tf.grads((...given: tf.Tensor[]) => {
      const all = inputs.map((value, i) => given[floats.indexOf(i)] ?? value);
      const loss = tf.sum(tf.mul(main.run(all)[place] as tf.Tensor, cotangent));
      // TensorFlow gives zeros for what does not reach the output, tfjs refuses it.
      return given.reduce(
        (sum: tf.Tensor, x) => tf.add(sum, tf.mul(0, tf.sum(x))),
        loss,
      ) as tf.Scalar;
    })(floats.map((i) => inputs[i] as tf.Tensor));
    for (const [i, at] of floats.entries()) {
      const recorded = found.gradients?.[at];
      if (recorded == null) continue;
      const actual = Array.from(slopes[i]?.dataSync() ?? []);
      expectClose(actual, numbersOf(arrayOf(recorded)), (found.tolerance ?? TOLERANCE) * 5);
    }
  });
});
