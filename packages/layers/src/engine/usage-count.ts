import * as tf from '@tensorflow/tfjs-core';
import type { KerasTensor } from './keras-tensor.ts';
import type { Node } from './node.ts';

/** How many calls of a graph use each tensor, so that a run can free tensors after their last use. */
export class UsageCount {
  readonly #counts: ReadonlyMap<KerasTensor, number>;

  constructor(
    nodes: readonly Node[],
    inputs: readonly KerasTensor[],
    outputs: readonly KerasTensor[],
  ) {
    const counts = new Map<KerasTensor, number>(inputs.map((tensor) => [tensor, 0]));
    const use = (tensor: KerasTensor): void => {
      counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
    };
    for (const node of nodes) node.keras_inputs.forEach(use);
    outputs.forEach(use);
    this.#counts = counts;
  }

  /** A function to call after each call of a run; it frees what no later call uses. */
  releaser(values: ReadonlyMap<KerasTensor, tf.Tensor>): (node: Node) => void {
    // Gradient functions may refer to any tensor of the forward pass.
    if (tf.engine().state.gradientDepth > 0) return () => undefined;
    const left = new Map(this.#counts);
    return (node) => {
      for (const tensor of node.keras_inputs) {
        const count = (left.get(tensor) ?? 0) - 1;
        left.set(tensor, count);
        if (count === 0) values.get(tensor)?.dispose();
      }
    };
  }
}
