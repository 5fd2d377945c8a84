import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../composed/mat-mul.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import { numberOf, onDevice, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';

/** Places of the gates in the columns of the weights. */
interface Gates {
  readonly input: number;
  readonly candidate: number;
  readonly forget: number;
  readonly output: number;
}

/** Settings of a cell that TensorFlow 1 computes in one op. */
interface CellSettings {
  readonly gates: Gates;
  readonly forgetBias: number;
  /** Bound of the cell state; none when it is not positive. */
  readonly clip: number;
  readonly peepholes: boolean;
}

interface Weights {
  readonly kernel: tf.Tensor;
  readonly peepholes: readonly tf.Tensor[];
  readonly bias: tf.Tensor;
}

function settingsOf({ attrs, op }: OpNode): CellSettings {
  const isSecond = op === 'BlockLSTMV2';
  return {
    gates: isSecond
      ? { input: 0, forget: 1, candidate: 2, output: 3 }
      : { input: 0, candidate: 1, forget: 2, output: 3 },
    forgetBias: isSecond ? 0 : attrs.float('forget_bias'),
    clip: attrs.float('cell_clip'),
    peepholes: attrs.bool('use_peephole'),
  };
}

function weightsOf(inputs: readonly Value[], first: number): Weights {
  const [kernel, input, forget, output, bias] = [0, 1, 2, 3, 4].map((i) =>
    onDevice(inputAt(inputs, first + i)),
  );
  if (kernel === undefined || bias === undefined || kernel.rank !== 2 || bias.rank !== 1) {
    throw new MalformedError('The weights of a recurrent cell are a matrix and a vector.');
  }
  const peepholes = [input, forget, output].filter((each) => each !== undefined);
  return { kernel, peepholes, bias };
}

/** One step of an LSTM: input gate, state, forget gate, output gate, candidate, activated state, output. */
function lstmStep(
  x: tf.Tensor,
  state: tf.Tensor,
  hidden: tf.Tensor,
  { kernel, peepholes, bias }: Weights,
  settings: CellSettings,
): tf.Tensor[] {
  const { gates, forgetBias, clip } = settings;
  const parts = tf.split(tf.add(matMul(tf.concat([x, hidden], 1), kernel), bias), 4, 1);
  const gate = (place: number): tf.Tensor => parts[place] as tf.Tensor;
  const peep = (value: tf.Tensor, cell: tf.Tensor, which: number): tf.Tensor => {
    const weight = peepholes[which];
    return settings.peepholes && weight !== undefined ? tf.add(value, tf.mul(cell, weight)) : value;
  };
  const i = tf.sigmoid(peep(gate(gates.input), state, 0));
  const f = tf.sigmoid(peep(tf.add(gate(gates.forget), forgetBias), state, 1));
  const ci = tf.tanh(gate(gates.candidate));
  const sum = tf.add(tf.mul(ci, i), tf.mul(state, f));
  const cs = clip > 0 ? tf.clipByValue(sum, -clip, clip) : sum;
  const o = tf.sigmoid(peep(gate(gates.output), cs, 2));
  const co = tf.tanh(cs);
  return [i, cs, f, o, ci, co, tf.mul(co, o)];
}

const lstmCell: OpBuilder = (node) => {
  const settings = settingsOf(node);
  return (inputs) =>
    tf.tidy(() => {
      const given = (i: number): tf.Tensor => onDevice(inputAt(inputs, i));
      return lstmStep(given(0), given(1), given(2), weightsOf(inputs, 3), settings);
    });
};

/** All steps of an LSTM; behind the longest sequence everything is zero. */
const lstmBlock: OpBuilder = (node) => {
  const settings = settingsOf(node);
  return (inputs) =>
    tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 1));
      const steps = tf.unstack(x, 0);
      const length = Math.min(numberOf(inputAt(inputs, 0)), steps.length);
      const weights = weightsOf(inputs, 4);
      let state = onDevice(inputAt(inputs, 2));
      let hidden = onDevice(inputAt(inputs, 3));
      const empty = tf.zeros(hidden.shape);
      const made = steps.map((step, at) => {
        if (at >= length) return node.outputTypes.map(() => empty);
        const results = lstmStep(step, state, hidden, weights, settings);
        state = results[1] ?? state;
        hidden = results[6] ?? hidden;
        return results;
      });
      return node.outputTypes.map((_, i) =>
        made.length === 0
          ? tf.zeros([0, ...hidden.shape])
          : tf.stack(made.map((each) => each[i] ?? empty)),
      );
    });
};

/** One step of a GRU: reset gate, update gate, candidate, output. */
const gruCell: OpBuilder = () => (inputs) =>
  tf.tidy(() => {
    const given = (i: number): tf.Tensor => onDevice(inputAt(inputs, i));
    const [x, hidden, gateKernel, kernel] = [given(0), given(1), given(2), given(3)];
    const [gateBias, bias] = [given(4), given(5)];
    const gates = tf.add(matMul(tf.concat([x, hidden], 1), gateKernel), gateBias);
    const [r, u] = tf.split(tf.sigmoid(gates), 2, 1) as [tf.Tensor, tf.Tensor];
    const c = tf.tanh(tf.add(matMul(tf.concat([x, tf.mul(hidden, r)], 1), kernel), bias));
    const h = tf.add(tf.mul(tf.sub(1, u), c), tf.mul(u, hidden));
    return [r, u, c, h];
  });

/** Recurrent cells that graphs of TensorFlow 1 have as single ops. */
export const recurrentBlockOps: OpFamily = {
  LSTMBlockCell: lstmCell,
  BlockLSTM: lstmBlock,
  BlockLSTMV2: lstmBlock,
  GRUBlockCell: gruCell,
};
