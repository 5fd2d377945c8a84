import { MalformedError, messageOf } from '@km/core';
import { decodeProto } from '@km/proto';
import { Example, type Feature } from '@km/proto/example';
import type { GraphDType } from '../../executor/dtype.ts';
import { type Element, HostTensor } from '../../executor/host-tensor.ts';
import { elementOfBigInt, sizeOf } from '../../executor/values.ts';

/** Features of one example by their names. */
export type Features = ReadonlyMap<string, Feature>;

/** Decodes a serialized `tf.train.Example`. @throws MalformedError. */
export function decodeExample(bytes: Uint8Array): Features {
  try {
    const example = decodeProto(Example, bytes);
    return new Map(Object.entries(example.features?.feature ?? {}));
  } catch (error) {
    throw new MalformedError(`Could not parse example input: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Values of a feature; undefined when the example lacks it. @throws MalformedError for another type. */
export function valuesOf(
  features: Features,
  key: string,
  dtype: GraphDType,
): readonly Element[] | undefined {
  const feature = features.get(key);
  if (feature === undefined || feature.kind === undefined) return undefined;
  if (dtype === 'float32' && feature.floatList !== null) return feature.floatList.value;
  if (dtype === 'string' && feature.bytesList !== null) return feature.bytesList.value;
  if (dtype === 'int64' && feature.int64List !== null) {
    return feature.int64List.value.map(elementOfBigInt);
  }
  throw new MalformedError(
    `Key: ${key}. Data types don't match. Expected type: ${dtype}, the example has ${feature.kind}.`,
  );
}

/** Values of one feature over all examples, as a sparse matrix. */
export function sparseFeature(
  rows: readonly (readonly Element[] | undefined)[],
  dtype: GraphDType,
  isBatch: boolean,
): { indices: HostTensor; values: HostTensor; shape: HostTensor } {
  const lists = rows.map((row) => row ?? []);
  const values = lists.flat();
  const indices = lists.flatMap((row, i) => row.flatMap((_, j) => (isBatch ? [i, j] : [j])));
  const width = lists.reduce((most, row) => Math.max(most, row.length), 0);
  const axes = isBatch ? 2 : 1;
  return {
    indices: new HostTensor('int64', [values.length, axes], indices),
    values: new HostTensor(dtype, [values.length], values),
    shape: new HostTensor('int64', [axes], isBatch ? [lists.length, width] : [width]),
  };
}

/** Values of one feature over all examples, as rows of different lengths. */
export function raggedFeature(
  rows: readonly (readonly Element[] | undefined)[],
  dtype: GraphDType,
  splitType: GraphDType,
  isBatch: boolean,
): { values: HostTensor; splits: HostTensor } {
  const values = rows.flatMap((row) => row ?? []);
  const splits = [0];
  for (const row of rows) splits.push((splits.at(-1) ?? 0) + (row?.length ?? 0));
  return {
    values: new HostTensor(dtype, [values.length], values),
    splits: isBatch
      ? new HostTensor(splitType, [splits.length], splits)
      : new HostTensor(splitType, [0], []),
  };
}

/** What is known of a feature that all examples have alike. */
export interface DenseFeature {
  readonly key: string;
  readonly dtype: GraphDType;
  /** Shape of one example; the first length is null where it differs between examples. */
  readonly shape: readonly (number | null)[];
  readonly fallback: HostTensor;
}

/** Values of one feature over all examples, as one tensor. @throws MalformedError for missing and misshapen ones. */
export function denseFeature(
  rows: readonly (readonly Element[] | undefined)[],
  feature: DenseFeature,
  isBatch: boolean,
): HostTensor {
  const { shape, dtype } = feature;
  const filled = shape[0] === null ? paddedRows(rows, feature) : fixedRows(rows, feature);
  const first = shape[0] === null ? [filled.length] : [];
  const inner = shape.slice(first.length).map((length) => length ?? 1);
  return new HostTensor(
    dtype,
    [...(isBatch ? [rows.length] : []), ...first, ...inner],
    filled.data,
  );
}

interface Filled {
  readonly data: Element[];
  /** Length of the axis that differs. */
  readonly length: number;
}

function fixedRows(
  rows: readonly (readonly Element[] | undefined)[],
  { key, shape, fallback }: DenseFeature,
): Filled {
  const count = sizeOf(shape.map((length) => length ?? 1));
  const data = rows.flatMap((row, index) => {
    if (row !== undefined) {
      if (row.length === count) return row;
      throw new MalformedError(
        `Key: ${key}, Index: ${index}. Number of values != expected. Values size: ${row.length} but output shape: [${shape.join(',')}]`,
      );
    }
    if (fallback.size === 1) return new Array<Element>(count).fill(fallback.data[0] ?? 0);
    if (fallback.size === count) return Array.from(fallback.data);
    throw new MalformedError(
      `Feature: ${key} (data type: ${fallback.dtype}) is required but could not be found.`,
    );
  });
  return { data, length: 0 };
}

function paddedRows(
  rows: readonly (readonly Element[] | undefined)[],
  { key, shape, fallback }: DenseFeature,
): Filled {
  const inner = sizeOf(shape.slice(1).map((length) => length ?? 1));
  const longest = rows.reduce((most, row) => Math.max(most, row?.length ?? 0), 0);
  const pad = fallback.data[0] ?? (fallback.dtype === 'string' ? new Uint8Array() : 0);
  const data = rows.flatMap((row) => {
    const values = row ?? [];
    if (values.length % inner !== 0) {
      throw new MalformedError(
        `Key: ${key}. ${values.length} values do not fill rows of ${inner}.`,
      );
    }
    return [...values, ...new Array<Element>(longest - values.length).fill(pad)];
  });
  return { data, length: longest / inner };
}
