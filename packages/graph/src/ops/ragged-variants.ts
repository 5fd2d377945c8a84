import { MalformedError } from '@km/core';
import type { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  hostVector,
  integersOf,
  shapeOf,
  share,
  type Value,
  Variant,
  VariantVector,
} from '../executor/values.ts';
import { inputAt } from './define.ts';
import { gatherValues } from './gather.ts';
import { concatValues, packValues, unpackValue } from './slicing.ts';

/** A ragged tensor, or one row of it, as a variant. */
class RaggedVariant extends Variant {
  override readonly kind = 'ragged tensor';
  readonly splits: readonly (readonly number[])[];
  readonly values: Value;

  constructor(splits: readonly (readonly number[])[], values: Value) {
    super();
    this.splits = splits;
    this.values = values;
  }

  override parts(): readonly Value[] {
    return [this.values];
  }
}

const toVariant: OpBuilder = (node) => {
  const rank = node.attrs.int('RAGGED_RANK');
  const isBatch = node.attrs.bool('batched_input');
  return (inputs) => {
    const splits = inputs.slice(0, rank).map(integersOf);
    const values = inputAt(inputs, rank);
    if (!isBatch) return new RaggedVariant(splits, share(values));
    if (rank === 0)
      return new VariantVector(unpackValue(values, 0).map((row) => new RaggedVariant([], row)));
    const [first = [0], ...rest] = splits;
    return new VariantVector(
      first.slice(1).map((end, i) => rowVariant(rest, values, first[i] ?? 0, end)),
    );
  };
};

/** The part of a ragged tensor between two of its rows. */
function rowVariant(
  splits: readonly (readonly number[])[],
  values: Value,
  start: number,
  end: number,
): RaggedVariant {
  let [from, to] = [start, end];
  const levels = splits.map((level) => {
    const own = level.slice(from, to + 1);
    [from, to] = [level[from] ?? 0, level[to] ?? 0];
    return own.map((split) => split - (own[0] ?? 0));
  });
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return new RaggedVariant(levels, gatherValues(values, hostVector(rows), 0, 0));
}

const fromVariant: OpBuilder = (node) => {
  const outputRank = node.attrs.int('output_ragged_rank');
  return (inputs) => {
    const encoded = inputAt(inputs, 0);
    if (encoded instanceof RaggedVariant) {
      return [
        ...encoded.splits.map((level, i) => hostVector(level, node.outputTypes[i])),
        share(encoded.values),
      ];
    }
    const rows = encoded instanceof VariantVector ? encoded.elements : [];
    const ragged = rows.filter((row) => row instanceof RaggedVariant);
    if (!(encoded instanceof VariantVector) || ragged.length < rows.length) {
      throw new MalformedError('A variant is no ragged tensor.');
    }
    return joinRows(ragged, outputRank, node.outputTypes[0]);
  };
};

function joinRows(
  rows: readonly RaggedVariant[],
  rank: number,
  splitType: HostTensor['dtype'] | undefined,
): Value[] {
  const levels = Array.from({ length: rank }, (): number[] => [0]);
  for (const row of rows) {
    const sizes = [...row.splits.map((level) => level.length - 1), shapeOf(row.values)[0] ?? 0];
    const [own, ...inner] = levels;
    own?.push((own.at(-1) ?? 0) + (sizes[0] ?? 0));
    for (const [i, level] of inner.entries()) {
      const offset = level.at(-1) ?? 0;
      for (const split of row.splits[i]?.slice(1) ?? []) level.push(offset + split);
    }
  }
  const isStacked = rank === 0;
  const values = rows.map((row) => row.values);
  const joined = isStacked ? packValues(values, 0) : concatValues(values, 0);
  return [...levels.map((level) => hostVector(level, splitType)), joined];
}

/** Ops that turn ragged tensors into variants and back. */
export const raggedVariantOps: OpFamily = {
  RaggedTensorToVariant: toVariant,
  RaggedTensorFromVariant: fromVariant,
};
