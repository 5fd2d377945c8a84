import * as tf from '@tensorflow/tfjs-core';

type Gradients = Record<string, () => tf.Tensor>;

/**
 * Lets the backward pass free as it goes what the recorded operations have no more use for: their saved tensors, and
 * the gradients by their outputs. tfjs alone would keep all of them to the end.
 *
 * Call it at the end of the forward pass.
 *
 * @param kept Tensors whose gradients are asked for.
 */
export function freeUsed(kept: readonly tf.Tensor[]): void {
  const { activeTape, gradientDepth } = tf.engine().state;
  // Within another gradient the tape serves that one, too.
  if (activeTape === undefined || gradientDepth !== 1) return;
  const ids = new Set(kept.map(({ id }) => id));
  let freePrevious = (): void => {};
  for (const node of activeTape) {
    const { gradient, outputs, saved = [] } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      freePrevious();
      freePrevious = () => {
        const passed = dys.filter((dy, i) => dy !== null && !ids.has(outputs[i]?.id ?? -1));
        tf.dispose([...passed, ...saved]);
      };
      return withOwnHandles(gradient(dys), dys);
    };
  }
}

/** Gives a gradient that is passed on as it is a handle of its own, which outlives the other. */
function withOwnHandles(gradients: Gradients, dys: readonly tf.Tensor[]): Gradients {
  const own = (gradient: () => tf.Tensor) => (): tf.Tensor => {
    const value = gradient();
    return dys.includes(value) ? tf.clone(value) : value;
  };
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, own(gradient)]),
  );
}
