import type { LayerConfig } from '../base.ts';
import { integer } from '../sizes.ts';
import type { OutputMode } from './encode-categories.ts';
import type { Token } from './host-values.ts';

/** Arguments that the lookup layers share. */
export interface IndexLookupConfig extends LayerConfig {
  readonly max_tokens?: number | null;
  readonly num_oov_indices?: number;
  readonly mask_token?: Token | null;
  readonly oov_token?: Token | null;
  /** The tokens, with or without mask and unknown token at the beginning; `adapt` finds them unless given. */
  readonly vocabulary?: readonly Token[] | string | null;
  readonly idf_weights?: readonly number[] | null;
  /** True: turns numbers into tokens. */
  readonly invert?: boolean;
  readonly output_mode?: OutputMode | 'binary' | 'tf-idf';
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
  readonly pad_to_max_tokens?: boolean;
  /** Size that a saved layer had. */
  readonly vocabulary_size?: number | null;
  readonly vocabulary_dtype?: string;
  readonly has_input_vocabulary?: boolean;
}

/** Reads the largest number of tokens; null where there is no limit. */
export function optionalSize(max_tokens: number | null | undefined): number | null {
  return max_tokens === undefined || max_tokens === null
    ? null
    : integer(max_tokens, 'max_tokens', 2);
}
