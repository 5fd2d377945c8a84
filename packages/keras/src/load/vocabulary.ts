import type { Tensor } from '@km/core';
import { layers } from '@km/layers';

/** A text or a number that a lookup layer knows. */
export type Token = string | number;

/** A layer that numbers tokens. */
export type LookupLayer = InstanceType<typeof layers.StringLookup | typeof layers.IntegerLookup>;

/** Keys of a table with their values. */
export type TableEntries = readonly (readonly [Token, Token])[];

/** True for a layer that numbers tokens. */
export function isLookupLayer(layer: unknown): layer is LookupLayer {
  return layer instanceof layers.StringLookup || layer instanceof layers.IntegerLookup;
}

/** Pairs the keys of a table with its values. */
export function pairEntries(keys: readonly Token[], values: readonly Token[]): TableEntries {
  return keys.flatMap((key, i) => {
    const value = values[i];
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** Texts or numbers of a tensor. */
export function tokensOfTensor(tensor: Tensor): Token[] {
  if (tensor.dtype !== 'string') return Array.from(tensor.data as ArrayLike<number>, Number);
  return tensor.data.map((bytes) => new TextDecoder().decode(bytes));
}

/** Sets the vocabulary of a layer to the tokens of its table, in the order of their numbers. */
export function setVocabulary(layer: LookupLayer, entries: TableEntries): void {
  const pairs = layer.invert ? entries : entries.map(([key, value]) => [value, key] as const);
  const special = new Set<Token | null>([layer.mask_token, layer.oov_token]);
  const tokens = [...pairs]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, token]) => token)
    .filter((token) => !special.has(token));
  layer.set_vocabulary(tokens);
}
