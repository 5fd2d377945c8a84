import type { Config } from '../base.ts';
import { IndexLookup } from './index-lookup.ts';
import type { IndexLookupConfig } from './index-lookup-config.ts';

/** Arguments of `StringLookup`. */
export interface StringLookupConfig extends IndexLookupConfig {
  readonly encoding?: string;
}

/** Turns texts into numbers by a vocabulary. Output shape: that of the input, or `[batch, tokens]`. */
export class StringLookup extends IndexLookup {
  static override readonly className: string = 'StringLookup';
  readonly encoding: string;

  constructor(config: StringLookupConfig = {}) {
    const { encoding, oov_token, ...others } = config;
    const { dtype, ...rest } = others;
    super({
      ...rest,
      ...(dtype === undefined || dtype === 'string' ? {} : { dtype }),
      oov_token: oov_token === undefined ? '[UNK]' : oov_token,
    });
    this.encoding = encoding ?? 'utf-8';
  }

  protected get vocabularyIsText(): boolean {
    return true;
  }

  override get_config(): Config {
    return { ...super.get_config(), encoding: this.encoding };
  }
}
