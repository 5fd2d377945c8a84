import { UnsupportedError } from '@km/core';
import { fingerprint64 } from '@km/core/fingerprint64';
import { isTracing } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { rowsOf, set_rows } from '../../engine/rows.ts';
import { Variable } from '../../engine/variable.ts';
import type { Config, Shape } from '../base.ts';
import { integer, oneOf } from '../sizes.ts';
import { encodeCategories, modeName, type OutputMode } from './encode-categories.ts';
import { bytesOf, fromHost, type Token, tokensOf } from './host-values.ts';
import { type IndexLookupConfig, optionalSize } from './index-lookup-config.ts';
import { strictEncodingDType } from './output-dtype.ts';
import { PreprocessingLayer } from './preprocessing-layer.ts';
import { TokenCounts } from './token-counts.ts';
import { LookupTable, tracedNumbers, tracedTexts } from './traced-lookup.ts';

const MODES: readonly OutputMode[] = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'];

/** Base of the layers that turn tokens into numbers by a vocabulary. */
export abstract class IndexLookup extends PreprocessingLayer {
  readonly max_tokens: number | null;
  readonly num_oov_indices: number;
  readonly mask_token: Token | null;
  readonly oov_token: Token | null;
  readonly invert: boolean;
  readonly output_mode: OutputMode;
  readonly sparse: boolean;
  readonly pad_to_max_tokens: boolean;
  readonly input_vocabulary: readonly Token[] | string | null;
  readonly input_idf_weights: readonly number[] | null;
  /** True when the vocabulary was an argument, so that nothing can be learned. */
  readonly _has_input_vocabulary: boolean;
  declare idf_weights?: Variable;
  declare num_documents?: Variable;
  readonly #counts: TokenCounts = new TokenCounts();
  #tokens: readonly Token[] = [];
  #places: ReadonlyMap<Token, number> = new Map();
  #size: number | null;
  #table: LookupTable | null = null;

  constructor(config: IndexLookupConfig) {
    const { max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, ...others } = config;
    const { idf_weights, invert, output_mode, sparse, pad_to_max_tokens, ...more } = others;
    const { vocabulary_size, vocabulary_dtype: _, has_input_vocabulary, ...rest } = more;
    const mode = modeName(output_mode, 'int');
    super({ ...rest, dtype: strictEncodingDType(rest.dtype, mode, rest.name ?? 'A lookup layer') });
    this.output_mode = oneOf(mode, MODES, 'output_mode');
    this.max_tokens = optionalSize(max_tokens);
    this.num_oov_indices = integer(num_oov_indices ?? 1, 'num_oov_indices', 0);
    this.mask_token = mask_token ?? null;
    this.oov_token = oov_token ?? null;
    this.invert = invert ?? false;
    this.sparse = sparse ?? false;
    this.pad_to_max_tokens = pad_to_max_tokens ?? false;
    this.input_vocabulary = vocabulary ?? null;
    this.input_idf_weights = idf_weights ?? null;
    this.#size = vocabulary_size ?? null;
    this._has_input_vocabulary = has_input_vocabulary ?? this.input_vocabulary !== null;
    this.#checkArguments();
    if (this.output_mode === 'tf_idf') this.#noteWeights([]);
    if (this.input_vocabulary !== null) {
      this.set_vocabulary(this.input_vocabulary, this.input_idf_weights);
    }
  }

  #checkArguments(): void {
    if (this.invert && this.output_mode !== 'int') {
      throw new RangeError(`${this.name}: invert needs the output_mode 'int'.`);
    }
    if (this.pad_to_max_tokens && this.max_tokens === null) {
      throw new RangeError(`${this.name}: pad_to_max_tokens needs max_tokens.`);
    }
    if (this.input_idf_weights !== null && this.output_mode !== 'tf_idf') {
      throw new RangeError(`${this.name}: idf_weights need the output_mode 'tf_idf'.`);
    }
  }

  #noteWeights(weights: readonly number[]): void {
    const data = Float32Array.from(weights);
    const record = { dtype: 'float32', shape: [data.length], data } as const;
    this.idf_weights = new Variable(record, { name: 'Variable', trainable: false });
    if (this._has_input_vocabulary) return;
    const none = { dtype: 'int64', shape: [], data: BigInt64Array.of(0n) } as const;
    this.num_documents = new Variable(none, { name: 'Variable', trainable: false });
  }

  /** Number of the first unknown token. */
  get #oovStart(): number {
    return this.mask_token !== null && this.output_mode === 'int' ? 1 : 0;
  }

  /** Number of the first token of the vocabulary. */
  get #tokenStart(): number {
    return this.#oovStart + this.num_oov_indices;
  }

  /** Returns the number of tokens, with the special ones. */
  vocabulary_size(): number {
    return this.#tokens.length + this.#tokenStart;
  }

  /** Returns the tokens by their numbers. */
  get_vocabulary(include_special_tokens: boolean = true): (Token | null)[] {
    if (!include_special_tokens) return [...this.#tokens];
    const special = new Array<Token | null>(this.#tokenStart).fill(this.oov_token);
    if (this.#oovStart === 1) special[0] = this.mask_token;
    return [...special, ...this.#tokens];
  }

  /** Sets the tokens, with or without mask and unknown token at the beginning, and their weights. */
  set_vocabulary(
    vocabulary: readonly Token[] | string,
    idf_weights: readonly number[] | null = null,
  ): void {
    if (typeof vocabulary === 'string') {
      throw new UnsupportedError(
        `${this.name}: the vocabulary is the file '${vocabulary}'; read it and pass its lines as a list.`,
      );
    }
    if ((this.output_mode === 'tf_idf') !== (idf_weights !== null)) {
      throw new RangeError(`${this.name}: idf_weights go with the output_mode 'tf_idf'.`);
    }
    const start = this.#tokenStart;
    const special = this.get_vocabulary().slice(0, start);
    const complete = start > 0 && special.every((token, i) => token === vocabulary[i]);
    this.#setTokens(complete ? vocabulary.slice(start) : vocabulary);
    if (idf_weights !== null) this.#setWeights(vocabulary.length, idf_weights, complete);
  }

  #setTokens(tokens: readonly Token[]): void {
    const places = new Map(tokens.map((token, i) => [token, this.#tokenStart + i]));
    if (places.size !== tokens.length) {
      throw new RangeError(`${this.name}: the vocabulary holds a token more than once.`);
    }
    const reserved = [this.mask_token, this.invert ? this.oov_token : null];
    const found = reserved.find((token) => token !== null && places.has(token));
    if (found !== undefined) {
      throw new RangeError(
        `${this.name}: the reserved token ${JSON.stringify(found)} stands in the middle of the vocabulary.`,
      );
    }
    if (this.max_tokens !== null && tokens.length + this.#tokenStart > this.max_tokens) {
      throw new RangeError(`${this.name}: the vocabulary is larger than max_tokens.`);
    }
    this.#tokens = [...tokens];
    this.#table = null;
    this.#places = places;
    this.#size = this.vocabulary_size();
  }

  #setWeights(count: number, weights: readonly number[], complete: boolean): void {
    if (weights.length !== count) {
      throw new RangeError(`${this.name}: ${weights.length} idf_weights for ${count} tokens.`);
    }
    const mean = weights.reduce((sum, n) => sum + n, 0) / weights.length;
    const front = complete ? [] : new Array<number>(this.#tokenStart).fill(mean);
    this.#noteWeights(this.#padded([...front, ...weights]));
  }

  #padded(weights: readonly number[]): number[] {
    const missing = this.pad_to_max_tokens ? (this.max_tokens ?? 0) - weights.length : 0;
    return [...weights, ...new Array<number>(Math.max(missing, 0)).fill(0)];
  }

  update_state(data: tf.Tensor): void {
    const tokens = tokensOf(data);
    const rows = data.rank < 2 ? 1 : (data.shape[0] ?? 1);
    const width = tokens.length / rows;
    for (let row = 0; row < rows; row++) {
      this.count_tokens(tokens.slice(row * width, (row + 1) * width));
    }
  }

  /** Takes the tokens of one document into the state. */
  count_tokens(document: readonly Token[]): void {
    if (this._has_input_vocabulary) {
      throw new TypeError(`${this.name}: a vocabulary was given, so nothing is to learn.`);
    }
    this.#counts.add(document);
  }

  override finalize_state(): void {
    if (this._has_input_vocabulary || this.#counts.empty) return;
    const ranked = this.#counts.ranked(new Set([this.mask_token, this.oov_token]));
    const most = this.max_tokens === null ? ranked.length : this.max_tokens - this.#tokenStart;
    const tokens = ranked.slice(0, most);
    this.#setTokens(tokens);
    if (this.output_mode === 'tf_idf') {
      const weights = tokens.map((token) => this.#counts.inverseFrequency(token));
      const mean = weights.reduce((sum, n) => sum + n, 0) / weights.length;
      const front = new Array<number>(this.#tokenStart).fill(mean);
      this.#noteWeights(this.#padded([...front, ...weights]));
    }
    this.reset_state();
  }

  reset_state(): void {
    this.#counts.clear();
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    if (isTracing()) return this.#traced(inputs);
    if (this.invert) return set_rows(this.#tokensFor(inputs), rowsOf(inputs));
    const ids = fromHost(inputs.shape, 'int32', () => tokensOf(inputs).map((t) => this.number(t)));
    return this.encode(set_rows(ids, rowsOf(inputs)));
  }

  /** Writes the call into the function that is being traced. */
  #traced(inputs: tf.Tensor): tf.Tensor {
    if (!this.invert) return this.encode(this.traced_numbers(inputs));
    const unknown = this.oov_token ?? (this.vocabularyIsText ? '' : -1);
    return tracedTexts(this.#tracedTable, inputs, unknown, this.mask_token);
  }

  get #tracedTable(): LookupTable {
    this.#table ??= new LookupTable(this, this.#places, this.vocabularyIsText);
    return this.#table;
  }

  /** Writes the numbers of tokens into the function that is being traced. */
  traced_numbers(inputs: tf.Tensor): tf.Tensor {
    const { mask_token, num_oov_indices: count } = this;
    const mask = mask_token === null ? null : ([mask_token, this.number(mask_token)] as const);
    return tracedNumbers(this.#tracedTable, inputs, { count, start: this.#oovStart, mask });
  }

  /** Encodes numbers of tokens as the layer is asked to. */
  encode(ids: tf.Tensor): tf.Tensor {
    const idf = this.idf_weights?.read() ?? null;
    return encodeCategories(ids, this.output_mode, this.#depth ?? 0, { idf });
  }

  get #depth(): number | null {
    return this.pad_to_max_tokens ? this.max_tokens : this.#size;
  }

  /** Returns the number of a token; a masked token counts nowhere unless numbers are asked for. */
  number(token: Token): number {
    if (this.mask_token !== null && token === this.mask_token) {
      return this.output_mode === 'int' ? 0 : -1;
    }
    const known = this.#places.get(token);
    if (known !== undefined) return known;
    if (this.num_oov_indices === 1) return this.#oovStart;
    if (this.num_oov_indices > 1) return this.#oovStart + this.#oovIndex(token);
    throw new RangeError(
      `${this.name}: ${JSON.stringify(token)} is not in the vocabulary, and num_oov_indices is 0.`,
    );
  }

  #oovIndex(token: Token): number {
    const count = this.num_oov_indices;
    if (typeof token === 'number') return ((token % count) + count) % count;
    return Number(fingerprint64(bytesOf(token)) % BigInt(count));
  }

  #tokensFor(inputs: tf.Tensor): tf.Tensor {
    const text = this.vocabularyIsText;
    return fromHost(inputs.shape, text ? 'string' : 'int32', () => {
      const all = this.get_vocabulary();
      return tokensOf(inputs).map((id) => {
        const token = (Number(id) < 0 ? null : all[Number(id)]) ?? this.oov_token;
        return token ?? (text ? '' : -1);
      });
    });
  }

  /** True if the tokens are texts. */
  protected abstract get vocabularyIsText(): boolean;

  protected override outputDType(): ReturnType<PreprocessingLayer['outputDType']> {
    if (!this.invert) return super.outputDType();
    return this.vocabularyIsText ? 'string' : 'int64';
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return this.output_mode === 'int' ? input_shape : [input_shape[0] ?? null, this.#depth];
  }

  protected override inferredShape(input_shape: Shape): Shape {
    return this.compute_output_shape(input_shape);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      invert: this.invert,
      max_tokens: this.max_tokens,
      num_oov_indices: this.num_oov_indices,
      oov_token: this.oov_token,
      mask_token: this.mask_token,
      output_mode: this.output_mode,
      sparse: this.sparse,
      pad_to_max_tokens: this.pad_to_max_tokens,
      idf_weights: this.input_idf_weights,
      vocabulary: this.input_vocabulary,
      vocabulary_size: this.#size,
    };
  }
}
