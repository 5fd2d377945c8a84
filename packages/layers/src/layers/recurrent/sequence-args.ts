import { is_keras_tensor } from '../../engine/keras-tensor.ts';
import { flatten } from '../../engine/nest.ts';
import type { ApplyArgs } from '../base.ts';

/** A call of a recurrent layer with its tensors told apart. */
export interface SequenceArgs {
  readonly inputs: unknown;
  readonly initial_state: readonly unknown[] | null;
  readonly constants: readonly unknown[] | null;
  readonly others: ApplyArgs;
  /** True if the states or constants are symbolic tensors, which travel with the inputs as one list. */
  readonly symbolic: boolean;
}

/** Tells sequence, initial states and constants apart; a list of inputs holds them in this order. */
export function sequenceArgs(given: unknown, args: ApplyArgs, constantCount: number): SequenceArgs {
  const { initial_state, constants, ...others } = args;
  const states = listOrNull(initial_state);
  const fixed = listOrNull(constants);
  if (!Array.isArray(given)) return build(given, states, fixed, others);
  const end = given.length - constantCount;
  const listed = given.slice(1, end);
  return build(
    given[0],
    listed.length > 0 ? listed : states,
    constantCount > 0 ? given.slice(end) : fixed,
    others,
  );
}

function build(
  inputs: unknown,
  initial_state: readonly unknown[] | null,
  constants: readonly unknown[] | null,
  others: ApplyArgs,
): SequenceArgs {
  const extra = flatten<unknown>([initial_state ?? [], constants ?? []]);
  const symbolic = extra.some(is_keras_tensor);
  if (symbolic && !extra.every(is_keras_tensor)) {
    throw new TypeError(
      'Initial states and constants of a recurrent layer are all symbolic tensors or none of them.',
    );
  }
  return { inputs, initial_state, constants, others, symbolic };
}

function listOrNull(value: unknown): readonly unknown[] | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? value : [value];
}
