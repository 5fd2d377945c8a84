import * as tf from '@tensorflow/tfjs-core';
import { softmaxOf } from '../../activations/softmax.ts';
import { binary_crossentropies, categorical_crossentropy } from '../../losses/crossentropy.ts';
import { hinge, squared_hinge } from '../../losses/hinge.ts';
import { sparse_softmax_crossentropies } from '../../losses/softmax-crossentropy.ts';
import { sparse_categorical_crossentropy } from '../../losses/sparse-crossentropy.ts';
import { ctcSymbols } from './ctc-symbols.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { lacksValues, onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const sigmoidCrossEntropy: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input, logits);
  const base = tf.sub(tf.relu(logits), tf.mul(logits, labels));
  return tf.add(base, tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
};

/** Loss and gradients as TensorFlow has them, which takes labels to sum up to one. */
function softmaxLoss(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const loss = tf.customGrad((...all) => {
    const [y, z, save] = all as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const shares = tf.sub(z, tf.logSumExp(z, -1, true));
    save([y, shares]);
    return {
      value: tf.neg(tf.sum(tf.mul(y, shares), -1)),
      gradFunc: (dy: tf.Tensor, [given = dy, logs = dy]: tf.Tensor[]) => {
        const slope = tf.expandDims(dy, -1);
        return [tf.neg(tf.mul(slope, logs)), tf.mul(slope, tf.sub(tf.exp(logs), given))];
      },
    };
  });
  return loss(labels, logits);
}

const softmaxCrossEntropy: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input, logits);
  const given = args.raw('axis') ?? args.raw('dim') ?? -1;
  const axis = Number(given) < 0 ? Number(given) + logits.rank : Number(given);
  const order = logits.shape.map((_, i) => i).filter((i) => i !== axis);
  const last = (x: tf.Tensor): tf.Tensor =>
    axis === logits.rank - 1 ? x : tf.transpose(x, [...order, axis]);
  return softmaxLoss(last(labels), last(logits));
};

/** Losses of samples; without values, there need not be as many labels as predictions. */
const ofSamples =
  (predictions: string, fn: SymbolFunction): SymbolFunction =>
  (input, args) =>
    onlyShapes() ? tf.zeros(args.tensor(predictions).shape.slice(0, -1)) : fn(input, args);

const sparseCrossEntropy: SymbolFunction = (input, args) =>
  sparse_softmax_crossentropies(tf.cast(toOperand(input), 'int32'), args.tensor('logits'));

/** Log of the sum of one and an exponential, without overflow. */
const softplusOf = (x: tf.Tensor): tf.Tensor =>
  tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

const weightedCrossEntropy: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input, logits);
  const weight = args.tensor('pos_weight', logits);
  const factor = tf.add(1, tf.mul(tf.sub(weight, 1), labels));
  const first = tf.mul(tf.sub(1, labels), logits);
  return tf.add(first, tf.mul(factor, softplusOf(tf.neg(logits))));
};

const logPoisson: SymbolFunction = (input, args) => {
  const targets = toOperand(input);
  const logs = args.tensor('log_input', targets);
  const loss = tf.sub(tf.exp(logs), tf.mul(logs, targets));
  if (!args.flag('compute_full_loss')) return loss;
  const stirling = tf.add(
    tf.sub(tf.mul(targets, tf.log(targets)), targets),
    tf.mul(tf.log(tf.mul(targets, 2 * Math.PI)), 0.5),
  );
  const small = tf.logicalAnd(tf.greaterEqual(targets, 0), tf.lessEqual(targets, 1));
  return tf.add(loss, tf.where(small, tf.zerosLike(loss), stirling));
};

/** Means over the whole batch, with weights for the samples. */
const averageLoss: SymbolFunction = (input, args) => {
  const losses = toOperand(input);
  const weights = args.raw('sample_weight');
  const weighted = weights === null ? losses : tf.mul(losses, args.tensor('sample_weight', losses));
  const size = args.number('global_batch_size', losses.shape[0] ?? 1);
  return tf.div(tf.sum(weighted), size);
};

const fromLogits = (args: SymbolArgs): { from_logits: boolean } => ({
  from_logits: args.flag('from_logits'),
});

/** Crossentropies in which classes that are predicted well count less. */
function focal(labels: tf.Tensor, output: tf.Tensor, args: SymbolArgs): tf.Tensor {
  const axis = args.number('axis', -1);
  const shares = args.flag('from_logits') ? softmaxOf(output, axis) : output;
  const sums = tf.div(shares, tf.sum(shares, axis, true));
  const clipped = tf.clipByValue(sums, 1e-7, 1 - 1e-7);
  const modulated = tf.mul(
    tf.pow(tf.sub(1, clipped), args.number('gamma', 2)),
    args.raw('alpha') === null ? 0.25 : args.tensor('alpha', clipped),
  );
  const each = tf.mul(modulated, tf.neg(tf.mul(labels, tf.log(clipped))));
  return tf.sum(each, axis);
}

/** Puts a condition before two results that are tensors of the same or a higher rank. */
const choose: SymbolFunction = (input, args) => {
  const condition = tf.cast(toOperand(input), 'bool');
  const [x, y] = [args.tensor('then_expression'), args.tensor('else_expression')];
  const missing = new Array<number>(Math.max(x.rank - condition.rank, 0)).fill(1);
  const wide = tf.reshape(condition, [...condition.shape, ...missing]);
  return tf.where(tf.broadcastTo(wide, x.shape), x, y);
};

const isotonic: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const decreasing = args.raw('decreasing') !== false;
  if (lacksValues('Isotonic regression')) return [tf.clone(x), tf.zeros(x.shape, 'int32')];
  const rows = tf.unstack(tf.reshape(x, [-1, x.shape.at(-1) ?? 1]));
  const found = rows.map((row) => monotone(row, decreasing));
  return [
    tf.reshape(tf.stack(found.map(([values]) => values)), x.shape),
    tf.reshape(tf.stack(found.map(([, blocks]) => blocks)), x.shape),
  ];
};

/** The nearest monotone numbers: neighbours out of order are replaced by their mean. */
function monotone(row: tf.Tensor, decreasing: boolean): readonly [tf.Tensor, tf.Tensor] {
  const blocks: { sum: number; count: number }[] = [];
  for (const value of row.dataSync()) {
    let block = { sum: decreasing ? value : -value, count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count > block.sum / block.count) break;
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const ids = blocks.flatMap(({ count }, i) => new Array<number>(count).fill(i));
  const groups = tf.tensor1d(ids, 'int32');
  const sums = tf.unsortedSegmentSum(row, groups, blocks.length);
  const means = tf.div(sums, tf.tensor1d(blocks.map(({ count }) => count)));
  return [tf.gather(means, groups), groups];
}

/** Returns the functions that measure losses, by their names without `tf.`. */
export function lossSymbols(): readonly Entry[] {
  const pair =
    (
      second: string,
      fn: (a: tf.Tensor, b: tf.Tensor, args: SymbolArgs) => tf.Tensor,
    ): SymbolFunction =>
    (input, args) => {
      const b = args.tensor(second);
      return fn(toOperand(input, b), b, args);
    };
  const hinges = pair('y_pred', (y, p) => hinge(y, p));
  return [
    ['nn.sigmoid_cross_entropy_with_logits', sigmoidCrossEntropy],
    ['nn.softmax_cross_entropy_with_logits', softmaxCrossEntropy],
    ['nn.softmax_cross_entropy_with_logits_v2', softmaxCrossEntropy],
    ['nn.sparse_softmax_cross_entropy_with_logits', ofSamples('logits', sparseCrossEntropy)],
    ['nn.weighted_cross_entropy_with_logits', weightedCrossEntropy],
    ['nn.log_poisson_loss', logPoisson],
    ['nn.compute_average_loss', averageLoss],
    ['nn.scale_regularization_loss', (input) => tf.sum(toOperand(input))],
    ['nn.isotonic_regression', isotonic],
    ...ctcSymbols(),
    [
      'keras.backend.binary_crossentropy',
      pair('output', (y, p, args) => binary_crossentropies(y, p, args.flag('from_logits'))),
    ],
    [
      'keras.backend.categorical_crossentropy',
      pair('output', (y, p, args) =>
        categorical_crossentropy(y, p, { ...fromLogits(args), axis: args.number('axis', -1) }),
      ),
    ],
    [
      'keras.backend.sparse_categorical_crossentropy',
      ofSamples(
        'output',
        pair('output', (y, p, args) =>
          sparse_categorical_crossentropy(y, p, {
            ...fromLogits(args),
            axis: args.number('axis', -1),
          }),
        ),
      ),
    ],
    ['keras.backend.switch', choose],
    ['keras.metrics.hinge', hinges],
    ['keras.losses.hinge', hinges],
    ['keras.metrics.squared_hinge', pair('y_pred', (y, p) => squared_hinge(y, p))],
    ['keras.backend.categorical_focal_crossentropy', pair('output', focal)],
  ];
}
