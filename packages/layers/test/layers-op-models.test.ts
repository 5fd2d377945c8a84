import { assertClose, readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expectOutputShape } from './output-shape.ts';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { ready } from '../src/engine/ready.ts';
import { model_from_config } from '../src/models/index.ts';

interface Values {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: number[];
  readonly data: string;
}

interface RecordedModel {
  readonly code: string;
  readonly inputs: readonly string[];
  readonly layers: unknown;
  readonly input_layers: unknown;
  readonly output_layers: unknown;
  readonly shape: readonly (number | null)[] | null;
  readonly output: Values;
}

const { inputs, cases } = JSON.parse(
  new TextDecoder().decode(readFixture('op-layers/models.json')),
) as {
  readonly inputs: Readonly<Record<string, Values>>;
  readonly cases: readonly RecordedModel[];
};

const TOLERANCE = { rtol: 2e-5, atol: 2e-5 };

function valuesOf({ dtype, data }: Values): Float32Array | Int32Array | Uint8Array {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  if (dtype === 'bool') return bytes;
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

function inputOf(name: string): tf.Tensor {
  const values = inputs[name];
  if (values === undefined) throw new Error(`The fixture has no input ${name}.`);
  return tf.tensor(valuesOf(values), values.shape, values.dtype);
}

function replay(recorded: RecordedModel): void {
  const { layers, input_layers, output_layers, shape, output } = recorded;
  const config = { name: 'model', layers, input_layers, output_layers };
  const model = model_from_config({ class_name: 'Functional', config });
  const given = recorded.inputs.map(inputOf);
  const [first = tf.scalar(0)] = given;
  const found = model.apply(given.length === 1 ? first : given);
  expect(found.shape).toEqual(output.shape);
  expect(found.dtype).toBe(output.dtype);
  assertClose(found.dataSync(), valuesOf(output), TOLERANCE, recorded.code);
  expectOutputShape(model, shape, output.shape);
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await ready(backend);
  });

  test.each(cases.map((recorded) => [recorded.code, recorded] as const))(
    '%s in a model computes what TensorFlow computes',
    (_, recorded) => {
      tf.tidy(() => replay(recorded));
    },
  );
});
