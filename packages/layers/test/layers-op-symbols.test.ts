import { gunzipSync } from 'node:zlib';
import { isKmError } from '@km/core';
import { assertClose, readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expectOutputShape } from './output-shape.ts';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';
import { model_from_config } from '../src/models/index.ts';

interface Numbers {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: number[];
  readonly data: string;
}

interface Texts {
  readonly dtype: 'string';
  readonly shape: number[];
  readonly data: readonly string[];
}

interface RecordedModel {
  readonly code: string;
  readonly inputs: readonly string[];
  readonly layers: unknown;
  readonly input_layers: unknown;
  readonly output_layers: unknown;
  readonly shape: readonly (number | null)[] | null;
  readonly output: Numbers | Texts;
  /** One for each floating input; null where TensorFlow has none. */
  readonly gradients: readonly (Numbers | null)[] | null;
}

const { inputs, cases } = JSON.parse(
  new TextDecoder().decode(gunzipSync(readFixture('op-symbols/symbols.json.gz'))),
) as {
  readonly inputs: Readonly<Record<string, Numbers | Texts>>;
  readonly cases: readonly RecordedModel[];
};

/** Sums of many terms, inverses and decompositions, in float32 in TensorFlow. */
const TOLERANCE = { rtol: 5e-5, atol: 5e-5 };

function numbersOf({ dtype, data }: Numbers): Float32Array | Int32Array | Uint8Array {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  if (dtype === 'bool') return bytes;
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

const textOf = (text: string): string => Buffer.from(text, 'base64').toString();

function inputOf(name: string): tf.Tensor {
  const values = inputs[name];
  if (values === undefined) throw new Error(`The fixture has no input ${name}.`);
  if (values.dtype === 'string') return tf.tensor(values.data.map(textOf), values.shape, 'string');
  return tf.tensor(numbersOf(values), values.shape, values.dtype);
}

type Run = (given: readonly tf.Tensor[]) => tf.Tensor;

function checkOutput({ output, code }: RecordedModel, found: tf.Tensor): void {
  expect(found.shape).toEqual(output.shape);
  expect(found.dtype).toBe(output.dtype);
  if (output.dtype === 'string') {
    expect([...found.dataSync<'string'>()]).toEqual(output.data.map(textOf));
  } else {
    assertClose(found.dataSync(), numbersOf(output), TOLERANCE, code);
  }
}

/** Compares the gradients of the output, weighted by cosines, with those of TensorFlow. */
function checkGradients(recorded: RecordedModel, given: readonly tf.Tensor[], run: Run): void {
  const floating = given.flatMap((x, i) => (x.dtype === 'float32' ? [i] : []));
  const wanted = floating.flatMap((place, i) => {
    const gradient = recorded.gradients?.[i] ?? null;
    return gradient === null ? [] : [{ place, gradient }];
  });
  if (wanted.length === 0) return;
  const places = wanted.map(({ place }) => place);
  const total = (...xs: tf.Tensor[]): tf.Scalar => {
    const output = run(given.map((x, i) => xs[places.indexOf(i)] ?? x));
    const weights = tf.tensor1d(Array.from({ length: output.size }, (_, i) => Math.cos(i)));
    return tf.sum(tf.mul(tf.reshape(output, [output.size]), weights));
  };
  const found = tf.grads(total)(places.map((i) => given[i] ?? tf.scalar(0)));
  wanted.forEach(({ gradient }, i) => {
    const values = found[i]?.dataSync() ?? [];
    assertClose(values, numbersOf(gradient), TOLERANCE, `gradient of ${recorded.code}`);
  });
}

function replay(recorded: RecordedModel): void {
  const { layers: list, input_layers, output_layers, shape, output } = recorded;
  const config = { name: 'model', layers: list, input_layers, output_layers };
  const model = model_from_config({ class_name: 'Functional', config });
  const given = recorded.inputs.map(inputOf);
  const run: Run = (xs) => model.apply(xs.length === 1 ? (xs[0] ?? tf.scalar(0)) : [...xs]);
  checkOutput(recorded, run(given));
  checkGradients(recorded, given, run);
  expectOutputShape(model, shape, output.shape);
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await ready(backend);
  });

  test.each(cases.map((recorded) => [recorded.code, recorded] as const))(
    '%s in a model computes what TensorFlow computes, and its gradient',
    (_, recorded) => {
      tf.tidy(() => replay(recorded));
    },
  );

  test('gradients through spectra leave no tensors behind', () => {
    const config = { name: 'stft', function: 'signal.stft' };
    const stft = layers.deserialize({ class_name: 'TFOpLambda', config });
    const abs = layers.deserialize({
      class_name: 'TFOpLambda',
      config: { name: 'abs', function: 'math.abs' },
    });
    const x = tf.ones([1, 32]);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.grad((y) => {
        const spectrum = stft.apply<tf.Tensor>(y, { frame_length: 16, frame_step: 8 });
        return tf.sum(abs.apply<tf.Tensor>(spectrum));
      })(x);
    });
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  test('what is defined for real numbers alone refuses complex ones', () => {
    const log = layers.deserialize({
      class_name: 'TFOpLambda',
      config: { name: 'log', function: 'math.log' },
    });
    try {
      log.apply(tf.complex([1], [1]));
      throw new Error('It was computed.');
    } catch (error) {
      expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
    }
  });

  test('norms of any order are taken', () => {
    const norm = layers.deserialize({
      class_name: 'TFOpLambda',
      config: { name: 'norm', function: 'compat.v1.norm' },
    });
    const x = tf.tensor2d([
      [3, -4],
      [1, 1],
    ]);
    const of = (args: Readonly<Record<string, unknown>>): number[] => [
      ...norm.apply<tf.Tensor>(x, args).dataSync(),
    ];
    expect(of({ ord: Number.POSITIVE_INFINITY, axis: 1 })).toEqual([4, 1]);
    expect(of({ ord: Number.POSITIVE_INFINITY, axis: [0, 1] })).toEqual([7]);
    expect(() => of({ ord: -1, axis: 1 })).toThrow(/ord=-1/);
  });
});
