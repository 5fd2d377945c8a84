import type { Tensor } from '@km/core';
import { Layer, layers, Model, type TrackableView } from '@km/layers';
import { isLookupLayer, type LookupLayer, type Token } from '../load/vocabulary.ts';

type Edge = readonly [name: string, child: object];

/** A table that stands in a checkpoint by its keys and values. */
class SavedTable {
  readonly keys: Tensor;
  readonly values: Tensor;

  constructor(keys: Tensor, values: Tensor) {
    this.keys = keys;
    this.values = values;
  }
}

/** The lookup layer inside a text layer, under the name that TensorFlow 2.4 has for it. */
class EarlyLookup {
  readonly layer: LookupLayer;

  constructor(layer: LookupLayer) {
    this.layer = layer;
  }
}

/**
 * Adds to a view of a model the tables of counts from which vocabularies are learned: TensorFlow since 2.5 misses their
 * values where a checkpoint has none.
 */
export function withCounts(view: TrackableView): TrackableView {
  return withEdges(view, countEdges);
}

/**
 * Adds the tables of vocabularies, too, which TensorFlow 2.4 has in their place: no version loads a SavedModel without a
 * value for each of its tables.
 */
export function withTables(view: TrackableView): TrackableView {
  // That inside of a text layer has another name in TensorFlow 2.4.
  const inside = new Set<object>();
  return withEdges(view, (item) => {
    if (item instanceof layers.TextVectorization) inside.add(item._lookup_layer);
    return [...(inside.has(item) ? [] : vocabularyEdges(item)), ...countEdges(item)];
  });
}

function withEdges(view: TrackableView, more: (item: object) => Edge[]): TrackableView {
  return {
    ...view,
    children: (item) => {
      const edges = certainEdges(item, [...view.children(item)]);
      // What a file of TensorFlow 2.4 has inside of a text layer is a part of it by now.
      const names = new Set(edges.map(([name]) => name));
      return [...edges, ...more(item).filter(([name]) => !names.has(name))];
    },
    values: (item) =>
      item instanceof SavedTable ? [{ name: 'table', fullName: '' }] : view.values(item),
  };
}

/**
 * Leaves out by how many layers with weights a layer is preceded, once a layer came that counts as one in TensorFlow 2.4
 * and not in later versions: its plain number says where it stands.
 */
function certainEdges(item: object, edges: readonly Edge[]): readonly Edge[] {
  if (!(item instanceof Model)) return edges;
  const isDoubtful = ([, child]: Edge): boolean =>
    child instanceof Layer && child.weights.length === 0 && child._flatten_layers().some(isGiven);
  const first = edges.findIndex(isDoubtful);
  if (first < 0) return edges;
  return edges.filter(([name], index) => index < first || !name.startsWith('layer_with_weights-'));
}

/** True for a layer whose vocabulary was an argument. */
function isGiven(layer: object): boolean {
  return isLookupLayer(layer) && layer._has_input_vocabulary && numbersTokens(layer);
}

/** The tensors of a table, under its key; none for what is no table. */
export function tableTensors(item: object, key: string): (readonly [string, Tensor])[] {
  if (!(item instanceof SavedTable)) return [];
  return [
    [`${key}-keys`, item.keys],
    [`${key}-values`, item.values],
  ];
}

function vocabularyEdges(item: object): Edge[] {
  if (item instanceof EarlyLookup) return [['_table', vocabularyOf(item.layer)]];
  if (item instanceof layers.TextVectorization) {
    const { _lookup_layer: inner } = item;
    return numbersTokens(inner) ? [['_index_lookup_layer', new EarlyLookup(inner)]] : [];
  }
  return isLookupLayer(item) && numbersTokens(item) ? [['_table', vocabularyOf(item)]] : [];
}

function countEdges(item: object): Edge[] {
  if (!isLookupLayer(item) || item._has_input_vocabulary) return [];
  const counts: Edge = ['token_counts', noCounts(item)];
  const isWeighted = item.output_mode === 'tf_idf';
  return isWeighted ? [counts, ['token_document_counts', noCounts(item)]] : [counts];
}

/** True for a layer that TensorFlow 2.4 has as well. */
function numbersTokens({ output_mode }: LookupLayer): boolean {
  return output_mode === 'int';
}

/** The tokens with their numbers, the special ones included. */
function vocabularyOf(layer: LookupLayer): SavedTable {
  const places = new Map<Token, number>();
  layer.get_vocabulary().forEach((token, place) => {
    if (token !== null) places.set(token, place);
  });
  const numbers = int64([...places.values()]);
  const tokens = tokensOf(layer, [...places.keys()]);
  return layer.invert ? new SavedTable(numbers, tokens) : new SavedTable(tokens, numbers);
}

/** Counts are forgotten once the vocabulary is learned. */
function noCounts(layer: LookupLayer): SavedTable {
  return new SavedTable(tokensOf(layer, []), int64([]));
}

const encoder = new TextEncoder();

function tokensOf(layer: LookupLayer, tokens: readonly Token[]): Tensor {
  if (!(layer instanceof layers.StringLookup)) return int64(tokens.map(Number));
  const data = tokens.map((token) => encoder.encode(String(token)));
  return { dtype: 'string', shape: [data.length], data };
}

function int64(numbers: readonly number[]): Tensor {
  const data = BigInt64Array.from(numbers, (number) => BigInt(number));
  return { dtype: 'int64', shape: [data.length], data };
}
