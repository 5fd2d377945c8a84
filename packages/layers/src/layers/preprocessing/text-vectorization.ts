import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { toPolicy } from '../../engine/policy.ts';
import {
  get_registered_object,
  type NamedFunction,
  serialize_keras_object,
} from '../../engine/registry.ts';
import { raggedOf, raggedShape, rowsOf, set_rows } from '../../engine/rows.ts';
import { splitsOfLengths } from '../../ragged/row-partition.ts';
import { span } from '../../ragged/select.ts';
import type { Config, CustomObjects, Layer, LayerConfig, Shape } from '../base.ts';
import { modeName, type OutputMode } from './encode-categories.ts';
import { type Token, tokensOf } from './host-values.ts';
import { PreprocessingLayer } from './preprocessing-layer.ts';
import { StringLookup } from './string-lookup.ts';
import {
  groupTokens,
  type Split,
  type Standardize,
  splitText,
  standardizeText,
} from './text-tokens.ts';
import { tracedTokens } from './traced-text.ts';

/** Arguments of `TextVectorization`. */
export interface TextVectorizationConfig extends LayerConfig {
  readonly max_tokens?: number | null;
  readonly standardize?: Standardize;
  readonly split?: Split;
  /** Joins up to this many neighbouring tokens, or exactly as many as the numbers say. */
  readonly ngrams?: number | readonly number[] | null;
  readonly output_mode?: 'int' | 'multi_hot' | 'count' | 'tf_idf' | 'binary' | 'tf-idf' | null;
  /** Length to which numbers are cut or filled up with zeros. */
  readonly output_sequence_length?: number | null;
  readonly pad_to_max_tokens?: boolean;
  readonly vocabulary?: readonly Token[] | string | null;
  readonly idf_weights?: readonly number[] | null;
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
  /** Whether rows end with their last token; else they are filled up with zeros. */
  readonly ragged?: boolean;
  readonly encoding?: string;
  readonly vocabulary_size?: number | null;
  readonly has_input_vocabulary?: boolean;
}

/** Turns texts into numbers of tokens. Input shape: `[batch]` or `[batch, 1]`. Output shape: `[batch, tokens]`. */
export class TextVectorization extends PreprocessingLayer {
  static override readonly className: string = 'TextVectorization';
  readonly _lookup_layer: StringLookup;
  readonly #config: TextVectorizationConfig;
  readonly #standardize: Standardize;
  readonly #split: Split;
  readonly #widths: readonly number[] | null;
  readonly #mode: string | null;

  constructor(config: TextVectorizationConfig = {}) {
    super({ ...layerPart(config), dtype: 'string' });
    checkDType(config.dtype);
    this.#config = config;
    const { standardize, split, ngrams, output_mode, output_sequence_length } = config;
    this.#standardize = standardize === undefined ? 'lower_and_strip_punctuation' : standardize;
    this.#split = split === undefined ? 'whitespace' : split;
    this.#widths = widthsOf(ngrams ?? null);
    this.#mode = output_mode === null ? null : modeName(output_mode, 'int');
    if (this.#mode !== 'int' && (output_sequence_length ?? null) !== null) {
      throw new RangeError(`${this.name}: output_sequence_length needs the output_mode 'int'.`);
    }
    this._lookup_layer = lookupOf(config, (this.#mode ?? 'int') as OutputMode);
  }

  get_vocabulary(include_special_tokens: boolean = true): (Token | null)[] {
    return this._lookup_layer.get_vocabulary(include_special_tokens);
  }

  vocabulary_size(): number {
    return this._lookup_layer.vocabulary_size();
  }

  /** Sets the tokens and their weights. */
  set_vocabulary(vocabulary: readonly Token[], idf_weights: readonly number[] | null = null): void {
    this._lookup_layer.set_vocabulary(vocabulary, idf_weights);
  }

  update_state(data: tf.Tensor): void {
    for (const row of this.#rows(data)) this._lookup_layer.count_tokens(row);
  }

  reset_state(): void {
    this._lookup_layer.reset_state();
  }

  override finalize_state(): void {
    this._lookup_layer.finalize_state();
  }

  /** Splits each text of a tensor into its tokens. */
  #rows(inputs: tf.Tensor): string[][] {
    if (inputs.rank > 2 || (inputs.rank === 2 && inputs.shape[1] !== 1 && this.#split !== null)) {
      throw new RangeError(
        `${this.name}: takes texts of the shape [batch] or [batch, 1], not [${inputs.shape.join(', ')}].`,
      );
    }
    const texts = tokensOf(inputs).map((text) => standardizeText(String(text), this.#standardize));
    const width = this.#split === null && inputs.rank === 2 ? (inputs.shape[1] ?? 1) : 1;
    const lengths = new Array<number>(texts.length / width).fill(width);
    const [splits = splitsOfLengths(lengths)] = rowsOf(inputs) ?? [];
    return Array.from(splits.subarray(1), (end, i) => {
      const row = texts.slice(splits[i], end);
      const tokens = row.flatMap((text) => [...splitText(text, this.#split)]);
      return this.#widths === null ? tokens : groupTokens(tokens, this.#widths);
    });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    if (isTracing()) return this.#traced(inputs);
    if (isMetaBackend()) return this.#outline(inputs);
    const rows = this.#rows(inputs);
    if (this.#config.ragged === true) return this.#ragged(rows);
    const longest = Math.max(0, ...rows.map((row) => row.length));
    const length = this.#config.output_sequence_length ?? longest;
    if (this.#mode === null) {
      const texts = rows.flatMap((row) => filled(row, longest, ''));
      return tf.tensor(texts, [rows.length, longest], 'string');
    }
    const numbers = rows.map((row) => row.map((token) => this._lookup_layer.number(token)));
    const int = this.#mode === 'int';
    const flat = numbers.flatMap((row) => filled(row, int ? length : longest, int ? 0 : -1));
    const ids = tf.tensor2d(flat, [rows.length, int ? length : longest], 'int32');
    return int ? ids : this._lookup_layer.encode(ids);
  }

  /** Tokens, or their numbers, in rows of their own lengths. */
  #ragged(rows: readonly (readonly string[])[]): tf.Tensor {
    const tokens = rows.flat();
    const lengths = rows.map(({ length }) => length);
    const values =
      this.#mode === null
        ? tf.tensor1d(tokens, 'string')
        : tf.tensor1d(
            tokens.map((token) => this._lookup_layer.number(token)),
            'int32',
          );
    return set_rows(values, [splitsOfLengths(lengths)]);
  }

  /** A stand-in of the shape of the output, with one token for each text. */
  #outline(inputs: tf.Tensor): tf.Tensor {
    const [batch = 1] = raggedShape(inputs);
    const count = batch ?? 1;
    const dtype = this.#mode === null ? 'string' : 'int32';
    if (this.#config.ragged === true) {
      const filler = dtype === 'string' ? '' : 0;
      return set_rows(tf.fill([count], filler, dtype), [span(0, count + 1)]);
    }
    if (rowsOf(inputs) === null) return tf.fill([count, 1], 0, 'int32');
    const ids = set_rows(tf.fill(inputs.shape, 0, 'int32'), rowsOf(inputs));
    return this.#mode === 'int' ? raggedOf(ids).to_tensor() : this._lookup_layer.encode(ids);
  }

  /** Writes the call into the function that is being traced. */
  #traced(inputs: tf.Tensor): tf.Tensor {
    const tokens = tracedTokens(inputs, {
      name: this.name,
      standardize: this.#standardize,
      split: this.#split,
      widths: this.#widths,
      length: this.#config.output_sequence_length ?? null,
    });
    if (this.#mode === null) return tokens;
    const numbers = this._lookup_layer.traced_numbers(tokens);
    return this.#mode === 'int' ? numbers : this._lookup_layer.encode(numbers);
  }

  protected override outputDType(): ReturnType<PreprocessingLayer['outputDType']> {
    if (this.#mode === null) return 'string';
    return this.#mode === 'int' ? 'int64' : 'float32';
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const [batch = null] = input_shape;
    if (this.#mode === 'int' || this.#mode === null) {
      return [batch, this.#config.output_sequence_length ?? null];
    }
    return this._lookup_layer.compute_output_shape(input_shape);
  }

  protected override inferredShape(input_shape: Shape): Shape | null {
    // Only a run tells that the output is ragged.
    if (this.#config.ragged === true) return null;
    const [batch = null, width = 1] = input_shape;
    const plain = this.#split === null && this.#widths === null && this.#mode === 'int';
    if (plain && (this.#config.output_sequence_length ?? null) === null) return [batch, width];
    return this.compute_output_shape(input_shape);
  }

  override get_config(): Config {
    const lookup = this._lookup_layer;
    const text = (value: Standardize | Split): unknown =>
      typeof value === 'function' ? serialize_keras_object(value as NamedFunction) : value;
    return {
      ...super.get_config(),
      max_tokens: lookup.max_tokens,
      standardize: text(this.#standardize),
      split: text(this.#split),
      ngrams: this.#config.ngrams ?? null,
      output_mode: this.#mode,
      output_sequence_length: this.#config.output_sequence_length ?? null,
      pad_to_max_tokens: this.#config.pad_to_max_tokens ?? false,
      sparse: lookup.sparse,
      ragged: this.#config.ragged ?? false,
      vocabulary: lookup.input_vocabulary,
      idf_weights: lookup.input_idf_weights,
      encoding: lookup.encoding,
      vocabulary_size: lookup.vocabulary_size(),
    };
  }

  /** Functions for `standardize` and `split` are found by name in `custom_objects`. */
  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const found = (value: unknown): unknown =>
      typeof value === 'string' ? (get_registered_object(value, custom_objects) ?? value) : value;
    const { standardize, split, ...rest } = config;
    return new TextVectorization({
      ...rest,
      ...(standardize === undefined ? {} : { standardize: found(standardize) as Standardize }),
      ...(split === undefined ? {} : { split: found(split) as Split }),
    });
  }
}

function checkDType(dtype: LayerConfig['dtype']): void {
  if (dtype === undefined || dtype === null || toPolicy(dtype).name === 'string') return;
  throw new RangeError(
    `TextVectorization: takes the dtype 'string' only, not ${toPolicy(dtype).name}.`,
  );
}

/** Keeps the arguments that every layer has. */
function layerPart(config: TextVectorizationConfig): LayerConfig {
  const {
    max_tokens: _m,
    standardize: _s,
    split: _p,
    ngrams: _n,
    output_mode: _o,
    ...more
  } = config;
  const { output_sequence_length: _l, pad_to_max_tokens: _t, vocabulary: _v, ...others } = more;
  const { idf_weights: _i, sparse: _a, ragged: _r, encoding: _e, ...tail } = others;
  const { vocabulary_size: _z, has_input_vocabulary: _h, ...rest } = tail;
  return rest;
}

function widthsOf(ngrams: number | readonly number[] | null): readonly number[] | null {
  if (typeof ngrams !== 'number') return ngrams;
  return Array.from({ length: ngrams }, (_, i) => i + 1);
}

/** Cuts a row or fills it up to a length. */
function filled<T>(row: readonly T[], length: number, value: T): T[] {
  const kept = row.slice(0, length);
  return [...kept, ...new Array<T>(length - kept.length).fill(value)];
}

/** Makes the layer that turns tokens into numbers. */
function lookupOf(config: TextVectorizationConfig, output_mode: OutputMode): StringLookup {
  const { max_tokens, idf_weights, pad_to_max_tokens, sparse, encoding, vocabulary_size } = config;
  const vocabulary = config.vocabulary ?? null;
  const limit = max_tokens ?? null;
  return new StringLookup({
    max_tokens: limit,
    vocabulary,
    idf_weights: idf_weights ?? null,
    // Files of old releases ask for padding to no size at all where numbers come out.
    pad_to_max_tokens: pad_to_max_tokens === true && (output_mode !== 'int' || limit !== null),
    mask_token: '',
    output_mode,
    sparse: sparse ?? false,
    has_input_vocabulary: config.has_input_vocabulary ?? vocabulary !== null,
    encoding: encoding ?? 'utf-8',
    vocabulary_size: vocabulary_size ?? null,
  });
}
