import { MalformedError, UnsupportedError } from '@km/core';
import { isPlainObject } from '../../engine/nest.ts';
import type { Config } from '../base.ts';

/** A column of `tf.feature_column` as configs describe it. */
export interface FeatureColumn {
  readonly class_name: string;
  readonly config: Config;
}

/** Reads the config of a column. @throws MalformedError for anything else. */
export function columnOf(value: unknown): FeatureColumn {
  if (isPlainObject(value) && typeof value.class_name === 'string' && isPlainObject(value.config)) {
    return { class_name: value.class_name, config: value.config };
  }
  throw new MalformedError(`A feature column is described by an object, not ${String(value)}.`);
}

/** A column that another one is made of. */
export const innerColumn = (column: FeatureColumn, name: string): FeatureColumn =>
  columnOf(column.config[name]);

/** The keys of a crossing: names of features, or columns. */
export function crossedKeys({ config }: FeatureColumn): (string | FeatureColumn)[] {
  const keys = Array.isArray(config.keys) ? config.keys : [];
  return keys.map((key: unknown) => (typeof key === 'string' ? key : columnOf(key)));
}

function leafNames(column: FeatureColumn): string[] {
  return crossedKeys(column).flatMap((key) => {
    if (typeof key === 'string') return [key];
    return key.class_name === 'CrossedColumn' ? leafNames(key) : [columnName(key)];
  });
}

/** Returns the name of a column, by which columns are sorted and weights are named. */
export function columnName(column: FeatureColumn): string {
  switch (column.class_name) {
    case 'BucketizedColumn':
      return `${columnName(innerColumn(column, 'source_column'))}_bucketized`;
    case 'IndicatorColumn':
      return `${columnName(innerColumn(column, 'categorical_column'))}_indicator`;
    case 'EmbeddingColumn':
      return `${columnName(innerColumn(column, 'categorical_column'))}_embedding`;
    case 'WeightedCategoricalColumn': {
      const inner = columnName(innerColumn(column, 'categorical_column'));
      return `${inner}_weighted_by_${String(column.config.weight_feature_key)}`;
    }
    case 'CrossedColumn':
      return leafNames(column).sort().join('_X_');
    default:
      return String(column.config.key);
  }
}

/** Returns the elements of a sample of a numeric column. */
export function numericSize({ config }: FeatureColumn): number {
  const shape = Array.isArray(config.shape) ? config.shape.map(Number) : [1];
  return shape.reduce((a, b) => a * b, 1);
}

/** Boundaries of a column of intervals. */
export const boundariesOf = ({ config }: FeatureColumn): number[] =>
  Array.isArray(config.boundaries) ? config.boundaries.map(Number) : [];

/** Number of the categories of a column. @throws UnsupportedError for columns that files or other layers complete. */
export function bucketsOf(column: FeatureColumn): number {
  const { class_name, config } = column;
  switch (class_name) {
    case 'IdentityCategoricalColumn':
      return Number(config.number_buckets);
    case 'VocabularyListCategoricalColumn':
      return vocabularyOf(column).length + Number(config.num_oov_buckets ?? 0);
    case 'HashedCategoricalColumn':
    case 'CrossedColumn':
      return Number(config.hash_bucket_size);
    case 'WeightedCategoricalColumn':
      return bucketsOf(innerColumn(column, 'categorical_column'));
    case 'BucketizedColumn': {
      const size = numericSize(innerColumn(column, 'source_column'));
      return (boundariesOf(column).length + 1) * size;
    }
    default:
      throw new UnsupportedError(
        `DenseFeatures: columns of the class ${class_name} are not known. Known are numeric, bucketized, indicator, embedding, vocabulary list, identity, hashed, crossed and weighted ones.`,
      );
  }
}

/** The categories of a column in order. */
export const vocabularyOf = ({ config }: FeatureColumn): (string | number)[] =>
  Array.isArray(config.vocabulary_list) ? config.vocabulary_list : [];

/** Number of values that a column gives for a sample. */
export function widthOf(column: FeatureColumn): number {
  switch (column.class_name) {
    case 'NumericColumn':
      return numericSize(column);
    case 'IndicatorColumn':
      return bucketsOf(innerColumn(column, 'categorical_column'));
    case 'EmbeddingColumn':
      return Number(column.config.dimension);
    default:
      return bucketsOf(column);
  }
}
