import { beforeAll, expect, test } from '@jest/globals';
import { withMetaBackend } from '@km/graph';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { testOnBackends } from './ops-backends.ts';
import { type Args, operations } from './ops-table.ts';

interface RecordedArray {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: number[];
  readonly data: string;
}

interface RecordedCase {
  readonly name: string;
  readonly op: string;
  readonly args: Args;
  readonly inputs: readonly RecordedArray[];
  readonly output: RecordedArray;
  readonly cotangent?: RecordedArray;
  readonly gradients?: readonly (RecordedArray | null)[];
}

const { cases }: { readonly cases: readonly RecordedCase[] } = JSON.parse(
  new TextDecoder().decode(readFixture('ops/operations.json')),
);

/** float32 sums of tens of terms, and filters that TensorFlow evaluates in float32. */
const TOLERANCE = 3e-5;

function valuesOf({ dtype, data }: RecordedArray): Float32Array | Int32Array | Uint8Array {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  if (dtype === 'float32') return new Float32Array(bytes.buffer);
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : bytes;
}

function tensorOf(array: RecordedArray): tf.Tensor {
  return tf.tensor(valuesOf(array), array.shape, array.dtype);
}

function expectEqual(actual: tf.Tensor, expected: RecordedArray, what: string): void {
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  valuesOf(expected).forEach((value: number, i: number) => {
    const found = values[i] ?? Number.NaN;
    const same = Object.is(found, value) || found === value;
    if (same || Math.abs(found - value) <= TOLERANCE * (1 + Math.abs(value))) return;
    throw new Error(`${what}, element ${i}: ${found} instead of ${value}`);
  });
}

function run(recorded: RecordedCase, inputs: tf.Tensor[]): tf.Tensor {
  const operation = operations.get(recorded.op);
  if (operation === undefined) throw new TypeError(`no operation ${recorded.op}`);
  return operation(inputs, recorded.args);
}

function checkGradients(recorded: RecordedCase, inputs: tf.Tensor[]): void {
  const { cotangent, gradients = [] } = recorded;
  if (cotangent === undefined) return;
  const wanted = inputs.flatMap((_, i) => (gradients[i] == null ? [] : [i]));
  if (wanted.length === 0) return;
  const { grads } = tf.engine().gradients(
    () => tf.sum(tf.mul(run(recorded, inputs), tensorOf(cotangent))),
    wanted.map((i) => inputs[i] as tf.Tensor),
    undefined,
    true,
  );
  wanted.forEach((i, k) => {
    const expected = gradients[i];
    const found = grads[k] ?? tf.zerosLike(inputs[i] as tf.Tensor);
    if (expected != null) expectEqual(found, expected, `gradient of input ${i}`);
  });
}

for (const recorded of cases) {
  testOnBackends(`${recorded.name} equals TensorFlow`, () => {
    const inputs = recorded.inputs.map(tensorOf);
    expectEqual(run(recorded, inputs), recorded.output, 'output');
    checkGradients(recorded, inputs);
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test.each(cases.map((recorded) => [recorded.name, recorded] as const))(
  '%s has the same shape without values',
  (_, recorded) => {
    const shape = withMetaBackend(() =>
      tf.tidy(
        () => run(recorded, recorded.inputs.map(tensorOf)).shape as unknown as tf.TensorContainer,
      ),
    );
    expect(shape).toEqual(recorded.output.shape);
  },
);

test.each(['cpu', 'wasm'])(
  'no operation or gradient leaves a tensor behind (%s)',
  async (backend) => {
    await tf.setBackend(backend);
    const held = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const before = held();
    for (const recorded of cases) {
      tf.tidy(() => checkGradients(recorded, recorded.inputs.map(tensorOf)));
    }
    expect(held()).toEqual(before);
  },
);
