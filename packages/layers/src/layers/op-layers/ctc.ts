import * as tf from '@tensorflow/tfjs-core';

/** What sequences are to be recognised. */
export interface CtcTargets {
  readonly labels: readonly (readonly number[])[];
  readonly labelLengths: readonly number[];
  /** Number of steps of each sequence; all, where there is none. */
  readonly inputLengths: readonly number[];
  /** The class that stands for no label. */
  readonly blank: number;
}

/** Adds probabilities given by their logarithms. */
function addLogs(...logs: number[]): number {
  const top = Math.max(...logs);
  if (top === Number.NEGATIVE_INFINITY) return top;
  return top + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - top), 0));
}

/**
 * Loss of one sequence and its gradient by the logits (Graves and others, 2006).
 *
 * @param logs Logarithms of the probabilities, [steps][classes].
 */
function ctcLoss(
  logs: readonly (readonly number[])[],
  labels: readonly number[],
  blank: number,
): { readonly loss: number; readonly gradient: number[][] } {
  const path = [blank, ...labels.flatMap((label) => [label, blank])];
  const steps = logs.length;
  const at = (t: number, s: number): number => logs[t]?.[path[s] ?? 0] ?? Number.NEGATIVE_INFINITY;
  const skips = (s: number): boolean => path[s] !== blank && path[s] !== path[s - 2];
  const none = Number.NEGATIVE_INFINITY;
  const forward: number[][] = [];
  for (let t = 0; t < steps; t++) {
    const before = forward[t - 1];
    forward.push(
      path.map((_, s) => {
        if (before === undefined) return s < 2 ? at(0, s) : none;
        const ways = [before[s] ?? none, before[s - 1] ?? none];
        if (s > 1 && skips(s)) ways.push(before[s - 2] ?? none);
        return addLogs(...ways) + at(t, s);
      }),
    );
  }
  const backward: number[][] = new Array<number[]>(steps).fill([]);
  for (let t = steps - 1; t >= 0; t--) {
    const behind = backward[t + 1];
    backward[t] = path.map((_, s) => {
      if (t === steps - 1) return s >= path.length - 2 ? 0 : none;
      const ways = [0, 1].map((step) => (behind?.[s + step] ?? none) + at(t + 1, s + step));
      if (s + 2 < path.length && skips(s + 2))
        ways.push((behind?.[s + 2] ?? none) + at(t + 1, s + 2));
      return addLogs(...ways);
    });
  }
  const last = forward[steps - 1] ?? [];
  const total = addLogs(last.at(-1) ?? none, path.length > 1 ? (last.at(-2) ?? none) : none);
  const gradient = logs.map((row, t) =>
    row.map((log, k) => {
      const ways = path.flatMap((label, s) =>
        label === k ? [(forward[t]?.[s] ?? none) + (backward[t]?.[s] ?? none)] : [],
      );
      return Math.exp(log) - (ways.length === 0 ? 0 : Math.exp(addLogs(...ways) - total));
    }),
  );
  return { loss: -total, gradient };
}

/** Losses of a batch of sequences, [batch, steps, classes]. Equals `tf.nn.ctc_loss` with dense labels. */
export function ctcLosses(logits: tf.Tensor, targets: CtcTargets): tf.Tensor {
  const { labels, labelLengths, inputLengths, blank } = targets;
  const [batch = 0, steps = 0, classes = 0] = logits.shape;
  const compute = tf.customGrad((input, save) => {
    const logs = tf.logSoftmax(input as tf.Tensor).dataSync();
    const gradients = new Float32Array(batch * steps * classes);
    const losses = Array.from({ length: batch }, (_, b) => {
      const length = inputLengths[b] ?? steps;
      const rows = Array.from({ length }, (_e, t) => {
        const start = (b * steps + t) * classes;
        return Array.from(logs.slice(start, start + classes));
      });
      const own = (labels[b] ?? []).slice(0, labelLengths[b]);
      const { loss, gradient } = ctcLoss(rows, own, blank);
      gradients.set(gradient.flat(), b * steps * classes);
      return loss;
    });
    (save as tf.GradSaveFunc)([tf.tensor(gradients, logits.shape)]);
    return {
      value: tf.tensor1d(losses),
      gradFunc: (dy: tf.Tensor, [saved = dy]: tf.Tensor[]) =>
        tf.mul(tf.reshape(dy, [batch, 1, 1]), saved),
    };
  });
  return compute(logits);
}
