import { MalformedError } from '@km/core';
import { type Model, optimizers, type Variable } from '@km/layers';
import { type AssignOptions, assignStored, type StoredWeight, sameShape } from './assign.ts';
import type { ReportBuilder } from './load-report.ts';

/**
 * Fills the state of a model's optimizer by order, as HDF5 and `.keras` files hold it; the orders of older and newer
 * Keras are recognised by their counts and shapes.
 * @throws MalformedError when the values fit in no order.
 */
export async function loadOptimizerState(
  model: Model,
  stored: readonly StoredWeight[],
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const optimizer = model.optimizer;
  if (optimizer === null || stored.length === 0) return;
  optimizer.build(model.trainable_variables);
  const variables = optimizer.variables;
  if (stored.length === 1 && variables.length > 1 && stored[0]?.tensor.shape.length === 0) {
    const [iterations] = variables;
    if (iterations !== undefined && stored[0] !== undefined) {
      await assignStored(iterations, stored[0], report, options);
    }
    report.notes.push('The file holds no state of the optimizer besides its iteration.');
    return;
  }
  const pairs = pairUp(model, variables, stored);
  if (pairs === undefined) {
    throw new MalformedError(
      `The file holds ${stored.length} values of the optimizer's state, which do not fit the ${variables.length} variables of ${optimizer.name}: another optimizer saved them. Pass compile=false and compile the model anew.`,
    );
  }
  for (const [variable, value] of pairs) await assignStored(variable, value, report, options);
  if ('restore_hidden_state' in optimizer) optimizer.restore_hidden_state();
  if (optimizer instanceof optimizers.LossScaleOptimizer && optimizer.dynamic) {
    report.notes.push(
      `The file does not hold the state of the optimizer's loss scale, which starts at ${optimizer.loss_scale}.`,
    );
  }
  if (pairs.length < variables.length) {
    report.notes.push(
      'The file does not say how many steps the optimizer has made: its iteration starts at 0.',
    );
  }
}

type Pair = readonly [variable: Variable, value: StoredWeight];

/** Finds the order in which the values fit the variables. */
function pairUp(
  model: Model,
  variables: readonly Variable[],
  stored: readonly StoredWeight[],
): readonly Pair[] | undefined {
  // Keras 3 keeps the learning rate second.
  const withoutRate = [...stored.slice(0, 1), ...stored.slice(2)];
  // Keras 2.1 left the iteration out.
  const slots = variables.slice(1);
  const orders: readonly (readonly [readonly Variable[], readonly StoredWeight[]])[] = [
    [variables, stored],
    [variables, withoutRate],
    [slots, stored],
    [inNameOrder(model, variables, '/'), stored],
    [inNameOrder(model, variables, '_'), stored],
  ];
  for (const [wanted, values] of orders) {
    if (wanted.length === values.length && wanted.every((v, k) => fits(v, values[k]))) {
      return wanted.flatMap((variable, k): Pair[] => {
        const value = values[k];
        return value === undefined ? [] : [[variable, value]];
      });
    }
  }
  return undefined;
}

function fits(variable: Variable, value: StoredWeight | undefined): boolean {
  return value !== undefined && sameShape(variable.shape, value.tensor.shape);
}

/** Keras up to 2.0 sorted the trainable variables by name before making their slots; older names have another separator. */
function inNameOrder(
  model: Model,
  variables: readonly Variable[],
  separator: '/' | '_',
): readonly Variable[] {
  const names = model.trainable_variables.map(({ name }) => `${name.replaceAll('/', separator)}:0`);
  const order = [...names.keys()].sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
  const [iterations, ...slots] = variables;
  const groups = slots.length / names.length;
  if (iterations === undefined || !Number.isInteger(groups)) return variables;
  const sorted = Array.from({ length: groups }, (_, group) =>
    order.flatMap((index) => slots[group * names.length + index] ?? []),
  );
  return [iterations, ...sorted.flat()];
}
