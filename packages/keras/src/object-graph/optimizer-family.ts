import type { ObjectNode } from '@km/checkpoint';
import { optimizers } from '@km/layers';

/** The optimizers of TensorFlow up to 2.10, which are legacy later, and those of 2.11 and later. */
export type OptimizerFamily = 'legacy' | 'current';

/** An optimizer that keeps state itself. */
export type StatefulOptimizer = optimizers.Optimizer | optimizers.legacy.Optimizer;

/** The optimizer inside of one with loss scaling, or the optimizer itself; null for other objects. */
export function innerOptimizer(item: object): StatefulOptimizer | null {
  if (item instanceof optimizers.LossScaleOptimizer) return item.inner_optimizer;
  const keepsState =
    item instanceof optimizers.Optimizer || item instanceof optimizers.legacy.Optimizer;
  return keepsState ? item : null;
}

/** The family of an optimizer; null for other objects. */
export function familyOfOptimizer(item: object): OptimizerFamily | null {
  const inner = innerOptimizer(item);
  if (inner === null) return null;
  return inner instanceof optimizers.Optimizer ? 'current' : 'legacy';
}

/** The family of the optimizer whose state an object of a checkpoint holds; null when it holds none. */
export function familyOfNode({ children, slots }: ObjectNode): OptimizerFamily | null {
  const names = new Set(children.map(({ name }) => name));
  if (names.has('iter') || slots.length > 0) return 'legacy';
  return names.has('_iterations') || names.has('_variables') ? 'current' : null;
}
