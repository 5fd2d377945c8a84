import type { GoldenCase, Goldens } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { set_mask } from '../../packages/layers/src/engine/mask.ts';
import * as losses from '../../packages/layers/src/losses/index.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

const FORWARD = { rtol: 1e-5, atol: 1e-6 };
const GRADIENT = { rtol: 1e-4, atol: 1e-5 };

/** Checks the value and the gradient of a recorded loss. */
export async function runLoss(golden: GoldenCase, container: Goldens): Promise<number> {
  const { class_name, config } = golden;
  const loss = losses.deserialize({ class_name, config });
  if (!(loss instanceof losses.Loss)) throw new Error(`${String(class_name)} made no loss`);
  const compare = new Comparer();
  compare.equal('config', loss.get_config(), config);
  const y_true = tensorOf(container.tensor(golden.y_true));
  const y_pred = tensorOf(container.tensor(golden.y_pred));
  const weight =
    golden.sample_weight === null ? null : tensorOf(container.tensor(golden.sample_weight));
  if (golden.y_pred_mask !== undefined) {
    set_mask(y_pred, tensorOf(container.tensor(golden.y_pred_mask)));
  }
  const value = loss.apply(y_true, y_pred, weight);
  compare.equal('shape', value.shape, container.tensor(golden.value).shape);
  compare.numbers('value', value.dataSync(), container.tensor(golden.value), FORWARD);
  const gradient = tf.grad((x) => tf.sum(loss.apply(y_true, x, weight)))(y_pred);
  compare.numbers('gradient', gradient.dataSync(), container.tensor(golden.gradient), GRADIENT);
  return compare.difference;
}
