import type { Tensor as TensorRecord } from '@km/core';
import type { GoldenCase, Goldens } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../packages/layers/src/activations/index.ts';
import * as constraints from '../../packages/layers/src/constraints/index.ts';
import { flatOfRecord } from '../../packages/layers/src/engine/flat.ts';
import * as initializers from '../../packages/layers/src/initializers/index.ts';
import * as regularizers from '../../packages/layers/src/regularizers/index.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

const FORWARD = { rtol: 1e-5, atol: 1e-6 };
const GRADIENT = { rtol: 1e-4, atol: 1e-5 };
const HALF = { rtol: 5e-3, atol: 1e-3 };
const HALF_GRADIENT = { rtol: 2e-2, atol: 2e-3 };
/** Draws of one seed go through logarithms and roots of the platform. */
const DRAWS = { rtol: 1e-5, atol: 1e-6 };

/** Checks a recorded activation, regularizer, constraint or initializer. */
export async function runMisc(golden: GoldenCase, container: Goldens): Promise<number | string> {
  const compare = new Comparer();
  switch (golden.kind) {
    case 'activation':
      tf.tidy(() => checkActivation(golden, container, compare));
      break;
    case 'regularizer':
      tf.tidy(() => checkRegularizer(golden, container, compare));
      break;
    case 'constraint':
      tf.tidy(() => checkConstraint(golden, container, compare));
      break;
    case 'initializer':
      checkInitializer(golden, container, compare);
      break;
    default:
      return `no check for ${String(golden.kind)}`;
  }
  return compare.difference;
}

/** Half precision is computed in float32. */
function widened(record: TensorRecord): TensorRecord {
  const { dtype, shape } = record;
  if (dtype !== 'float16') return record;
  return { dtype: 'float32', shape, data: Float32Array.from(flatOfRecord(record)) };
}

function checkActivation(golden: GoldenCase, container: Goldens, compare: Comparer): void {
  const given = golden.arguments as Readonly<Record<string, number | boolean | null>>;
  const [x, y, cotangent, gradient] = [golden.x, golden.y, golden.cotangent, golden.gradient].map(
    (reference) => widened(container.tensor(reference)),
  );
  if (!x || !y || !cotangent || !gradient) throw new Error('The record is incomplete.');
  const half = container.tensor(golden.x).dtype === 'float16';
  const fn = activationOf(String(golden.function), given);
  const input = tensorOf(x);
  const { value, grad } = tf.valueAndGrad((v) => fn(tf.mul(v, 1)))(input, tensorOf(cotangent));
  compare.numbers('y', value.dataSync(), y, half ? HALF : FORWARD);
  compare.numbers('gradient', grad.dataSync(), gradient, half ? HALF_GRADIENT : GRADIENT);
  compare.equal(
    'name',
    activations.serialize(activations.get(String(golden.function))),
    golden.function,
  );
}

function activationOf(
  name: string,
  given: Readonly<Record<string, number | boolean | null>>,
): activations.Activation {
  const number = (key: string, fallback: number): number => Number(given[key] ?? fallback);
  if (name === 'relu') {
    const cap =
      given.max_value === undefined || given.max_value === null ? null : number('max_value', 0);
    return (x) => activations.relu(x, number('alpha', 0), cap, number('threshold', 0));
  }
  if (name === 'softmax') return (x) => activations.softmax(x, number('axis', -1));
  if (name === 'elu') return (x) => activations.elu(x, number('alpha', 1));
  if (name === 'gelu') return (x) => activations.gelu(x, given.approximate === true);
  return activations.get(name);
}

function checkRegularizer(golden: GoldenCase, container: Goldens, compare: Comparer): void {
  const { class_name, config } = golden;
  const regularizer = regularizers.get({ class_name, config });
  if (regularizer === null) throw new Error('No regularizer was made.');
  compare.equal('config', regularizer.get_config(), config);
  const x = tensorOf(container.tensor(golden.x));
  const { value, grad } = tf.valueAndGrad((v) => regularizer.call(v))(x);
  compare.numbers('value', value.dataSync(), container.tensor(golden.value), FORWARD);
  compare.numbers('gradient', grad.dataSync(), container.tensor(golden.gradient), GRADIENT);
}

function checkConstraint(golden: GoldenCase, container: Goldens, compare: Comparer): void {
  const { class_name, config } = golden;
  const constraint = constraints.get({ class_name, config });
  if (constraint === null) throw new Error('No constraint was made.');
  compare.equal('config', constraint.get_config(), config);
  const y = constraint.call(tensorOf(container.tensor(golden.x)));
  compare.numbers('y', y.dataSync(), container.tensor(golden.y), FORWARD);
}

function checkInitializer(golden: GoldenCase, container: Goldens, compare: Comparer): void {
  const { class_name, config } = golden;
  const initializer = initializers.get({ class_name, config });
  compare.equal('config', initializer.get_config(), config);
  const shape = golden.shape as readonly number[];
  const values = flatOfRecord(initializer.call(shape));
  if (golden.value !== undefined) {
    compare.numbers('value', values, container.tensor(golden.value), FORWARD);
    return;
  }
  const first = container.tensor(golden.seeded_first_values);
  compare.numbers('draws', values.slice(0, 16), first, DRAWS);
  if (golden.second_call_equal === true) {
    compare.equal('second call', [...flatOfRecord(initializer.call(shape))], [...values]);
  }
  const statistics = golden.statistics as Readonly<Record<string, number>>;
  const numbers = Array.from(values, Number);
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const variance = numbers.reduce((sum, v) => sum + (v - mean) ** 2, 0) / numbers.length;
  const near = { rtol: 1e-4, atol: 1e-6 };
  compare.number('mean', mean, statistics.mean ?? Number.NaN, near);
  compare.number('std', Math.sqrt(variance), statistics.std ?? Number.NaN, near);
}
