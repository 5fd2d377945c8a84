import { layers } from '@km/layers';
import { isLookupLayer, type LookupLayer } from '../load/vocabulary.ts';

/** The table in which TensorFlow 2.4 keeps the vocabulary of a layer, beside its configuration. */
export class VocabularyTable {
  readonly layer: LookupLayer;

  constructor(layer: LookupLayer) {
    this.layer = layer;
  }
}

/** Edges that text layers have in checkpoints of TensorFlow 2.4. */
export function vocabularyEdges(item: object): (readonly [name: string, child: object])[] {
  if (isLookupLayer(item) && item.output_mode !== 'tf_idf') {
    return [['_table', new VocabularyTable(item)]];
  }
  return item instanceof layers.TextVectorization
    ? [['_index_lookup_layer', item._lookup_layer]]
    : [];
}
