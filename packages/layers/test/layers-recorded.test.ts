import type { DType } from '@km/core';
import { assertClose, readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { get_mask, set_mask } from '../src/engine/mask.ts';
import { resetNames } from '../src/engine/names.ts';
import { flatten } from '../src/engine/nest.ts';
import { ready } from '../src/engine/ready.ts';
import type { Tensors } from '../src/engine/types.ts';
import * as layers from '../src/layers/index.ts';

interface Values {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
}

interface RecordedCase {
  readonly name: string;
  readonly class_name: string;
  readonly config: unknown;
  readonly list: boolean;
  readonly inputs: readonly Values[];
  readonly masks: readonly (Values | null)[];
  readonly training: boolean;
  readonly kwargs: Readonly<Record<string, Values | boolean>>;
  readonly weights: readonly { readonly name: string; readonly value: Values }[];
  readonly weights_after: readonly Values[] | null;
  readonly outputs: readonly Values[];
  readonly output_mask: Values | null;
  readonly cotangents: readonly Values[];
  readonly gradients: readonly Values[];
}

const text = new TextDecoder().decode(readFixture('layers/layers.json'));
const { cases } = JSON.parse(text) as { readonly cases: readonly RecordedCase[] };

function numbersOf({ dtype, data }: Values): Float32Array | Int32Array | Uint8Array {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  if (dtype === 'bool') return bytes;
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

function tensorOf(values: Values): tf.Tensor {
  return tf.tensor(numbersOf(values), [...values.shape], values.dtype as 'float32');
}

/** Config and order of keys as JSON has them. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
};

const FORWARD = { rtol: 1e-4, atol: 1e-5 };
const GRADIENT = { rtol: 1e-3, atol: 1e-4 };

function replay(recorded: RecordedCase): void {
  resetNames();
  const { class_name, config, training } = recorded;
  const layer = layers.deserialize({ class_name, config });
  const inputs = recorded.inputs.map(tensorOf);
  recorded.masks.forEach((mask, i) => {
    const input = inputs[i];
    if (mask && input) set_mask(input, tensorOf(mask));
  });
  const given = recorded.list ? inputs : (inputs[0] as tf.Tensor);
  const kwargs = Object.fromEntries(
    Object.entries(recorded.kwargs).map(([key, value]) => [
      key,
      typeof value === 'object' ? tensorOf(value) : value,
    ]),
  );
  layer.apply<Tensors>(given, { training, ...kwargs });
  expect(sorted(layer.get_config())).toEqual(sorted(config));
  expect(layer.weights.map(({ name }) => `${name}:0`)).toEqual(
    recorded.weights.map(({ name }) => name),
  );
  layer.weights.forEach((variable, i) => {
    const value = recorded.weights[i]?.value;
    if (value === undefined) throw new Error('The record has fewer weights.');
    const dtype = value.dtype as DType & 'float32';
    variable.assign({ dtype, shape: value.shape, data: numbersOf(value) as Float32Array });
  });
  const sources = [
    ...inputs.filter(({ dtype }) => dtype === 'float32'),
    ...layer.trainable_weights.map((variable) => variable.read()),
  ];
  let outputs: tf.Tensor[] = [];
  const forward = (): tf.Scalar => {
    outputs = flatten<tf.Tensor>(layer.apply<Tensors>(given, { training, ...kwargs }));
    for (const output of outputs) {
      tf.keep(output);
      const mask = get_mask(output);
      if (mask !== null) tf.keep(mask);
    }
    const products = outputs.map((output, i) => {
      const cotangent = recorded.cotangents[i];
      return cotangent ? tf.sum(tf.mul(output, tensorOf(cotangent))) : tf.scalar(0);
    });
    return tf.addN(products) as tf.Scalar;
  };
  const traced = recorded.gradients.length > 0;
  const gradients = traced ? tf.engine().gradients(forward, sources, undefined, true).grads : [];
  if (!traced) forward();
  expect(outputs.map(({ shape }) => shape)).toEqual(recorded.outputs.map(({ shape }) => shape));
  outputs.forEach((output, i) => {
    const wanted = recorded.outputs[i];
    if (wanted) assertClose(output.dataSync(), numbersOf(wanted), FORWARD, `output ${i}`);
  });
  const mask = outputs[0] ? get_mask(outputs[0]) : null;
  expect(mask === null ? null : Array.from(mask.dataSync())).toEqual(
    recorded.output_mask === null ? null : Array.from(numbersOf(recorded.output_mask)),
  );
  recorded.gradients.forEach((wanted, i) => {
    const found = gradients[i]?.dataSync() ?? new Float32Array(numbersOf(wanted).length);
    assertClose(found, numbersOf(wanted), GRADIENT, `gradient ${i}`);
  });
  recorded.weights_after?.forEach((wanted, i) => {
    const found = layer.weights[i]?.values() ?? [];
    assertClose(found, numbersOf(wanted), FORWARD, `weight ${i} after the call`);
  });
}

test('the records hold cases', () => {
  expect(cases.length).toBe(92);
});

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await ready(backend);
  });

  test.each(cases.map((recorded) => [recorded.name, recorded] as const))(
    '%s computes what TensorFlow computes',
    (_, recorded) => {
      tf.tidy(() => replay(recorded));
    },
  );
});
