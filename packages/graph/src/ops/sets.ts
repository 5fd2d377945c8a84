import { LimitError, MalformedError } from '@km/core';
import { concatenateFingerprints, fingerprint64 } from '@km/core/fingerprint64';

import type { GraphDType } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import {
  bytesOf,
  elementOfBigInt,
  numberOf,
  onHost,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { sipHash } from '../hash/sip-hash.ts';
import { checkedShape, inputAt } from './define.ts';
import { keyOf } from './host/elementwise.ts';
import { placeOf, type Sparse, sparseOf, sparseTensors } from './host/sparse.ts';
import { decodeText, encodeText } from './host/text.ts';

/** Rows of a tensor as sets: the elements of the last axis for each place of the others. */
interface Sets {
  readonly shape: readonly number[];
  readonly rows: readonly (readonly Element[])[];
}

function denseSets(x: HostTensor): Sets {
  const width = x.shape.at(-1) ?? 0;
  const shape = x.shape.slice(0, -1);
  const all = Array.from(x.data);
  const rows = Array.from({ length: sizeOf(shape) }, (_, i) =>
    all.slice(i * width, (i + 1) * width),
  );
  return { shape, rows };
}

function sparseSets(sparse: Sparse): Sets {
  const shape = sparse.shape.slice(0, -1);
  const rows = Array.from({ length: sizeOf(checkedShape(shape)) }, (): Element[] => []);
  for (const { at, value } of sparse.entries) {
    const row = at.slice(0, -1).reduce((sum, index, axis) => sum * (shape[axis] ?? 1) + index, 0);
    rows[row]?.push(value);
  }
  return { shape, rows };
}

type Operation = (
  a: ReadonlySet<string | number | bigint>,
  b: ReadonlySet<string | number | bigint>,
) => (key: string | number | bigint) => boolean;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['a-b', (_, b) => (key) => !b.has(key)],
  ['b-a', (a) => (key) => !a.has(key)],
  ['intersection', (a, b) => (key) => a.has(key) && b.has(key)],
  ['union', () => () => true],
]);

function compareElements(a: Element, b: Element): number {
  const [x, y] = [keyOf(a), keyOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Combines the sets of two rows; the result is sorted. */
function combine(a: readonly Element[], b: readonly Element[], name: string): Element[] {
  const operation = OPERATIONS.get(name);
  if (operation === undefined) throw new MalformedError(`Invalid set_operation ${name}.`);
  const keep = operation(new Set(a.map(keyOf)), new Set(b.map(keyOf)));
  const candidates = name === 'a-b' ? a : name === 'b-a' ? b : [...a, ...b];
  const distinct = new Map(candidates.map((element) => [keyOf(element), element]));
  return [...distinct]
    .filter(([key]) => keep(key))
    .map(([, element]) => element)
    .sort(compareElements);
}

function setOperation(
  setsOf: (inputs: readonly Value[], dtype: GraphDType) => readonly [Sets, Sets],
): OpBuilder {
  return (node) => {
    const name = node.attrs.string('set_operation');
    const [, dtype = 'int64'] = node.outputTypes;
    return (inputs) => {
      const [a, b] = setsOf(inputs, dtype);
      const rows = a.rows.map((row, i) => combine(row, b.rows[i] ?? [], name));
      const entries = rows.flatMap((row, i) =>
        row.map((value, j) => ({ at: [...placeOf(i, a.shape), j], value })),
      );
      const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
      return sparseTensors({ dtype, shape: [...a.shape, width], entries });
    };
  };
}

const sparseAt = (inputs: readonly Value[], at: number, dtype: GraphDType): Sets =>
  sparseSets(
    sparseOf(inputAt(inputs, at), inputAt(inputs, at + 1), inputAt(inputs, at + 2), dtype),
  );
const denseAt = (inputs: readonly Value[], at: number, dtype: GraphDType): Sets =>
  denseSets(onHost(inputAt(inputs, at), dtype));

/** Most crossed features of one call. */
const MAX_CROSSES = 10_000_000;

/** Crosses features of a row: all combinations of one value of each. */
function crossRow(columns: readonly (readonly Element[])[]): Element[][] {
  return columns.reduce<Element[][]>(
    (crosses, column) => {
      if (crosses.length * column.length > MAX_CROSSES)
        throw new LimitError('Too many features are crossed.');
      return crosses.flatMap((cross) => column.map((value) => [...cross, value]));
    },
    [[]],
  );
}

/** Features to be crossed: sparse ones first, then dense ones. */
function columnsOf(node: OpNode, inputs: readonly Value[]): Sets[] {
  const count = node.attrs.int('N');
  const dense = node.attrs.types('dense_types');
  const sparse = node.attrs.types('sparse_types').map((type, i) => {
    const [indices, values, shape] = [i, count + i, 2 * count + i].map((at) => inputAt(inputs, at));
    if (indices === undefined || values === undefined || shape === undefined)
      throw new MalformedError('A feature is missing.');
    return sparseSets(sparseOf(indices, values, shape, type));
  });
  return [...sparse, ...dense.map((type, i) => denseAt(inputs, 3 * count + i, type))];
}

/** Makes one element of each combination of the features of a row. */
function crossed(
  columns: readonly Sets[],
  dtype: GraphDType,
  cross: (values: readonly Element[]) => Element,
): HostTensor[] {
  const rows = (columns[0]?.rows ?? []).map((_, row) =>
    crossRow(columns.map((column) => column.rows[row] ?? [])),
  );
  const entries = rows.flatMap((row, i) =>
    row.map((values, j) => ({ at: [i, j], value: cross(values) })),
  );
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return sparseTensors({ dtype, shape: [rows.length, width], entries });
}

function bucket(hash: bigint, buckets: bigint): Element {
  return elementOfBigInt(hash % (buckets > 0n ? buckets : 2n ** 63n - 1n));
}

function joined(values: readonly Element[], separator: string): Element {
  const texts = values.map((value) =>
    value instanceof Uint8Array ? decodeText(value) : String(value),
  );
  return encodeText(texts.join(separator));
}

/** The first version: hashes start from a key, and integers stand for themselves. */
const sparseCross: OpBuilder = (node) => {
  const buckets = node.attrs.bigint('num_buckets');
  const key = BigInt.asUintN(64, node.attrs.bigint('hash_key'));
  const isHashed = node.attrs.bool('hashed_output');
  const [, dtype = 'int64'] = node.outputTypes;
  const plain = (value: Element): bigint =>
    value instanceof Uint8Array ? fingerprint64(value) : BigInt.asUintN(64, BigInt(value));
  return (inputs) =>
    crossed(columnsOf(node, inputs), dtype, (values) =>
      isHashed
        ? bucket(values.map(plain).reduce(concatenateFingerprints, key), buckets)
        : joined(values, '_X_'),
    );
};

const sparseCrossV2: OpBuilder = (node) => (inputs) => {
  const [separator = new Uint8Array()] = bytesOf(inputAt(inputs, inputs.length - 1));
  return crossed(columnsOf(node, inputs), 'string', (values) =>
    joined(values, decodeText(separator)),
  );
};

/** Fingerprint of an element; integers are hashed by their bytes. */
function hashOf(value: Element, salt: readonly [bigint, bigint] | null): bigint {
  if (!(value instanceof Uint8Array)) {
    const bytes = new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, BigInt(value))).buffer);
    return fingerprint64(bytes);
  }
  return salt === null ? fingerprint64(value) : sipHash(value, salt);
}

const sparseCrossHashed: OpBuilder = (node) => (inputs) => {
  const [bucketValue, strong, saltValue] = inputs.slice(-3);
  const numbers = (value: Value | undefined): bigint[] =>
    value === undefined ? [] : Array.from(onHost(value, 'int64').data, (x) => BigInt(x as bigint));
  const [buckets = 0n] = numbers(bucketValue);
  const [first = 0n, second = 0n] = numbers(saltValue).map((word) => BigInt.asUintN(64, word));
  const salt = strong !== undefined && numberOf(strong) !== 0 ? ([first, second] as const) : null;
  return crossed(columnsOf(node, inputs), 'int64', (values) =>
    bucket(values.map((value) => hashOf(value, salt)).reduce(concatenateFingerprints), buckets),
  );
};

/** How often each value below a limit comes, or the sum of its weights, sorted by value. */
function countValues(
  values: readonly number[],
  weights: readonly number[],
  most: number,
  binary: boolean,
): [value: number, count: number][] {
  const counts = new Map<number, number>();
  for (const [i, value] of values.entries()) {
    if (most >= 0 && value >= most) continue;
    counts.set(value, binary ? 1 : (counts.get(value) ?? 0) + (weights[i] ?? 1));
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** Counts the values of each row. */
const denseCount: OpBuilder = (node) => {
  const binary = node.attrs.bool('binary_output');
  const most = node.attrs.int('maxlength');
  const least = node.attrs.int('minlength');
  const [, dtype = 'int64'] = node.outputTypes;
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), node.inputTypes[0] ?? 'int64');
    const weights = onHost(inputAt(inputs, 1), dtype);
    const width = x.shape.at(-1) ?? 0;
    const rows = x.rank < 2 ? 1 : (x.shape[0] ?? 0);
    const entries = Array.from({ length: rows }, (_, row) => {
      const own = [row * width, (row + 1) * width] as const;
      const numbers = Array.from(x.data)
        .slice(...own)
        .map(Number);
      const counts = countValues(
        numbers,
        Array.from(weights.data, Number).slice(...own),
        most,
        binary,
      );
      return counts.map(([value, count]) => ({
        at: x.rank < 2 ? [value] : [row, value],
        value: count,
      }));
    }).flat();
    const size =
      most >= 0 ? most : Math.max(least, ...entries.map(({ at }) => (at.at(-1) ?? 0) + 1));
    return sparseTensors({ dtype, shape: x.rank < 2 ? [size] : [rows, size], entries });
  };
};

/** Ops of sets and of features that are combined. */
export const setOps: OpFamily = {
  DenseToDenseSetOperation: setOperation((inputs, dtype) => [
    denseAt(inputs, 0, dtype),
    denseAt(inputs, 1, dtype),
  ]),
  DenseToSparseSetOperation: setOperation((inputs, dtype) => [
    denseAt(inputs, 0, dtype),
    sparseAt(inputs, 1, dtype),
  ]),
  SparseToSparseSetOperation: setOperation((inputs, dtype) => [
    sparseAt(inputs, 0, dtype),
    sparseAt(inputs, 3, dtype),
  ]),
  SetSize: (node) => (inputs) => {
    const { rows, shape } = sparseAt(inputs, 0, node.inputTypes[1] ?? 'int64');
    return new HostTensor(
      'int32',
      shape,
      rows.map((row) => new Set(row.map(keyOf)).size),
    );
  },
  SparseCross: sparseCross,
  SparseCrossV2: sparseCrossV2,
  SparseCrossHashed: sparseCrossHashed,
  DenseCountSparseOutput: denseCount,
};
