import { UnsupportedError } from '@km/core';
import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as initializers from '../../initializers/index.ts';
import { type Config, Layer, type LayerConfig, type Shape, type Variable } from '../base.ts';
import {
  bucketRows,
  type Category,
  categoryRows,
  type Features,
  featureOf,
} from './categorical-ids.ts';
import {
  boundariesOf,
  bucketsOf,
  columnName,
  columnOf,
  type FeatureColumn,
  innerColumn,
  numericSize,
  widthOf,
} from './feature-column.ts';

/** Arguments of `DenseFeatures`. */
export interface DenseFeaturesConfig extends LayerConfig {
  /** Columns as `tf.feature_column` writes them into configs: `class_name` and `config`. */
  readonly feature_columns: unknown;
  /** Keras notes it; nothing is cut up here. */
  readonly partitioner?: null;
}

/**
 * Turns features, given by name, into numbers by feature columns, and joins these in the order of the columns' names.
 * Input shapes: `[batch, …]` each. Output shape: `[batch, values]`.
 */
export class DenseFeatures extends Layer {
  static override readonly className: string = 'DenseFeatures';
  readonly #columns: readonly FeatureColumn[];
  readonly #tables: Map<string, Variable> = new Map();

  constructor(config: DenseFeaturesConfig) {
    const { feature_columns, partitioner, ...rest } = config;
    super(rest);
    if (partitioner) throw new UnsupportedError(`${this.name}: a partitioner is not supported.`);
    this.autocast = false;
    const columns = [feature_columns].flat().map(columnOf);
    this.#columns = columns.sort((a, b) => (columnName(a) < columnName(b) ? -1 : 1));
    for (const column of this.#columns) refuseFunctions(column);
    // A column that is not known shall fail when the layer is made.
    this.#columns.forEach(widthOf);
  }

  override build(): void {
    for (const column of this.#columns) {
      if (column.class_name === 'EmbeddingColumn') this.#addTable(column);
    }
    this.built = true;
  }

  #addTable(column: FeatureColumn): void {
    const { dimension, initializer, trainable } = column.config;
    const name = `${columnName(column)}/embedding_weights`;
    const table = this.add_weight({
      name,
      shape: [bucketsOf(innerColumn(column, 'categorical_column')), Number(dimension)],
      initializer: initializers.get(initializer as Config),
      trainable: trainable !== false,
    });
    this.#tables.set(columnName(column), table);
    // Keras reaches the variable by this name.
    Object.assign(this, { [name]: table });
  }

  override call(inputs: Features): tf.Tensor {
    const values = this.#columns.map((column) => this.#values(column, inputs));
    return values.length === 1 ? tf.clone(values[0] as tf.Tensor) : tf.concat(values, 1);
  }

  #values(column: FeatureColumn, features: Features): tf.Tensor {
    if (column.class_name === 'NumericColumn') {
      const x = featureOf(features, column.config.key);
      return tf.reshape(tf.cast(x, 'float32'), [-1, numericSize(column)]);
    }
    const [batch = 1] = Object.values(features)[0]?.shape ?? [];
    if (isTracing()) {
      throw new UnsupportedError(
        `${this.name}: columns of categories cannot be written into a graph here. Save with save_traces=false, which keeps configurations only.`,
      );
    }
    if (isMetaBackend()) return tf.zeros([batch, widthOf(column)]);
    if (column.class_name === 'EmbeddingColumn') return this.#embedded(column, features);
    const inner =
      column.class_name === 'IndicatorColumn' ? innerColumn(column, 'categorical_column') : column;
    return inner === column ? bucketized(column, features) : counted(inner, features);
  }

  #embedded(column: FeatureColumn, features: Features): tf.Tensor {
    const table = this.#tables.get(columnName(column));
    if (table === undefined) throw new TypeError(`${this.name} has not been built.`);
    const { combiner, max_norm, dimension } = column.config;
    const rows = categoryRows(innerColumn(column, 'categorical_column'), features).map((row) =>
      combined(row, String(combiner)),
    );
    const width = Math.max(1, ...rows.map(({ length }) => length));
    const filled = (pick: (category: Category) => number): number[][] =>
      rows.map((row) => Array.from({ length: width }, (_, i) => (row[i] ? pick(row[i]) : 0)));
    const vectors = tf.gather(
      table.read(),
      tf.tensor2d(
        filled(({ id }) => id),
        undefined,
        'int32',
      ),
    );
    const shares = tf.expandDims(tf.tensor2d(filled(({ weight }) => weight)), -1);
    const bounded = typeof max_norm === 'number' ? clipped(vectors, max_norm) : vectors;
    const sums = tf.sum(tf.mul(bounded, shares), 1);
    return tf.reshape(sums, [-1, Number(dimension)]);
  }

  override compute_output_shape(input_shape: Readonly<Record<string, Shape>>): Shape {
    const [batch = null] = Object.values(input_shape)[0] ?? [];
    return [batch, this.#columns.reduce((sum, column) => sum + widthOf(column), 0)];
  }

  override get_config(): Config {
    const feature_columns = this.#columns.map((column) => ({ ...column }));
    return { ...super.get_config(), feature_columns, partitioner: null };
  }
}

function refuseFunctions(column: FeatureColumn): void {
  if (column.class_name !== 'NumericColumn' || !column.config.normalizer_fn) return;
  throw new UnsupportedError(
    `DenseFeatures: the column '${columnName(column)}' has a normalizer_fn, a function of Python. Normalise the feature before.`,
  );
}

/** The vectors, those longer than a bound shortened to it. */
function clipped(vectors: tf.Tensor, bound: number): tf.Tensor {
  const length = tf.sqrt(tf.sum(tf.square(vectors), -1, true));
  return tf.div(tf.mul(vectors, bound), tf.maximum(length, bound));
}

/** Categories that count, with their shares of the result. */
function combined(row: readonly Category[], combiner: string): Category[] {
  const valid = row.filter(({ id, weight }) => id >= 0 && (combiner === 'sum' || weight > 0));
  const total = valid.reduce((sum, { weight }) => sum + weight, 0);
  const squares = valid.reduce((sum, { weight }) => sum + weight ** 2, 0);
  const divisor = combiner === 'mean' ? total : combiner === 'sqrtn' ? Math.sqrt(squares) : 1;
  return valid.map(({ id, weight }) => ({ id, weight: weight / divisor }));
}

/** For each sample how often, or with which weight, it has each category. */
function counted(column: FeatureColumn, features: Features): tf.Tensor {
  const width = bucketsOf(column);
  const rows = categoryRows(column, features).map((row) => {
    const counts = new Array<number>(width).fill(0);
    for (const { id, weight } of row)
      if (id >= 0 && id < width) counts[id] = (counts[id] ?? 0) + weight;
    return counts;
  });
  return tf.tensor2d(rows, [rows.length, width]);
}

/** For each element of each sample a one in the place of its interval. */
function bucketized(column: FeatureColumn, features: Features): tf.Tensor {
  const count = boundariesOf(column).length + 1;
  const rows = bucketRows(column, features).map((row) =>
    row.flatMap((bucket) => Array.from({ length: count }, (_, i) => (i === bucket ? 1 : 0))),
  );
  return tf.tensor2d(rows, [rows.length, widthOf(column)]);
}
