import * as regularizers from '../../regularizers/index.ts';
import type { Config, LayerConfig } from '../base.ts';
import type { AbstractRNNCell } from './rnn-cell.ts';
import type { SequenceConfig } from './sequence-config.ts';

/** Splits the arguments of a layer into those of its cell and those of the walk. */
export function splitConfig<C extends LayerConfig>(
  config: C & SequenceConfig,
  cellName: string,
): { cell: C; sequence: SequenceConfig } {
  const { return_sequences, return_state, go_backwards, stateful, unroll, ...others } = config;
  const { time_major, zero_output_for_mask, input_length, num_constants, ...more } = others;
  const { name, batch_input_shape, input_shape, batch_size, input_dim, ...last } = more;
  const { weights, activity_regularizer, dynamic, autocast, ...own } = last;
  const { dtype, trainable, ...cell } = own;
  const walk = { return_sequences, return_state, go_backwards, stateful, unroll, time_major };
  const place = { batch_input_shape, input_shape, batch_size, input_dim, input_length };
  const rest = { zero_output_for_mask, num_constants, weights, activity_regularizer, dynamic };
  const common = present({ dtype, trainable });
  return {
    cell: { ...cell, ...common, name: cellName } as unknown as C,
    sequence: present({ ...walk, ...place, ...rest, name, autocast, ...common }),
  };
}

/** Leaves out the arguments that were not given. */
function present(config: Record<string, unknown>): LayerConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** Returns the config of a cell as part of the config of its layer. */
export function ownConfig(
  cell: AbstractRNNCell,
  regularizer: Parameters<typeof regularizers.serialize>[0],
): Config {
  const { name: _n, trainable: _t, dtype: _d, ...config } = cell.get_config();
  const activity_regularizer = regularizers.serialize(regularizer);
  const entries = Object.entries(config).flatMap(([key, value]) =>
    key === 'kernel_constraint'
      ? [['activity_regularizer', activity_regularizer] as const, [key, value] as const]
      : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}
