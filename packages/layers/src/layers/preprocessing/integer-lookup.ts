import { isDType } from '../../engine/policy.ts';
import type { Config } from '../base.ts';
import { IndexLookup } from './index-lookup.ts';
import type { IndexLookupConfig } from './index-lookup-config.ts';

/** Arguments of `IntegerLookup`; the names with `value` are old. */
export interface IntegerLookupConfig extends IndexLookupConfig {
  readonly max_values?: number | null;
  readonly mask_value?: number | null;
  readonly oov_value?: number | null;
}

/** Turns whole numbers into numbers by a vocabulary. Output shape: that of the input, or `[batch, tokens]`. */
export class IntegerLookup extends IndexLookup {
  static override readonly className: string = 'IntegerLookup';
  readonly vocabulary_dtype: string;

  constructor(config: IntegerLookupConfig = {}) {
    const { max_values, mask_value, oov_value, dtype, vocabulary_dtype, ...rest } = config;
    const encoded = rest.output_mode !== undefined && rest.output_mode !== 'int';
    super({
      ...rest,
      ...(dtype === undefined || (encoded && dtype === 'int64') ? {} : { dtype }),
      max_tokens: max_values ?? rest.max_tokens ?? null,
      mask_token: mask_value ?? rest.mask_token ?? null,
      oov_token: oov_value ?? (rest.oov_token === undefined ? -1 : rest.oov_token),
    });
    this.vocabulary_dtype = vocabulary_dtype ?? 'int64';
  }

  protected get vocabularyIsText(): boolean {
    return false;
  }

  protected override outputDType(): ReturnType<IndexLookup['outputDType']> {
    const { vocabulary_dtype } = this;
    return this.invert && isDType(vocabulary_dtype) ? vocabulary_dtype : super.outputDType();
  }

  override get_config(): Config {
    return { ...super.get_config(), vocabulary_dtype: this.vocabulary_dtype };
  }
}
