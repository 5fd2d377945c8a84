import {
  checkedAdd,
  type DType,
  dtypeKind,
  elementCount,
  type LazyTensor,
  lazyTensor,
  MalformedError,
  type ReadOptions,
  type Shape,
  type Tensor,
  zeros,
} from '@km/core';
import type { BundleData } from './bundle-data.ts';
import { type Box, copyBox } from './copy-box.ts';
import type { BundleEntry, BundleIndex } from './index-entry.ts';
import { readEntry } from './lazy-entry.ts';
import { type SliceExtent, sliceKey } from './slice-key.ts';

interface Part {
  readonly box: Box;
  readonly entry: BundleEntry;
}

/**
 * Makes the lazy tensor of a partitioned tensor, which reads and joins all its slices.
 * @throws MalformedError when slices are missing or do not fill the tensor.
 */
export function lazySlices(
  data: BundleData,
  index: BundleIndex,
  name: string,
  dtype: DType,
  entry: BundleEntry,
): LazyTensor {
  const { shape } = entry;
  const parts = entry.slices.map((extents) => partOf(index, name, entry, extents));
  const filled = parts.reduce((sum, { box }) => checkedAdd(sum, elementCount(box.size)), 0);
  if (filled !== elementCount(shape))
    throw damaged(name, `its slices have ${filled} of ${elementCount(shape)} elements`);
  const byteLength = parts.reduce((sum, part) => checkedAdd(sum, part.entry.byteLength), 0);
  const read = (options?: ReadOptions): Promise<Tensor> =>
    readParts(data, name, dtype, shape, parts, options);
  return lazyTensor({ dtype, shape }, read, byteLength);
}

/** First place of a partitioned tensor in the data files, as an entry. */
export function firstSlice(index: BundleIndex, name: string, entry: BundleEntry): BundleEntry {
  const [extents] = entry.slices;
  return (extents && index.slices.get(sliceKey(name, extents))) ?? entry;
}

function partOf(
  index: BundleIndex,
  name: string,
  whole: BundleEntry,
  extents: readonly SliceExtent[],
): Part {
  const { shape } = whole;
  if (extents.length !== shape.length) throw damaged(name, 'a slice has another number of axes');
  const start = extents.map((extent) => extent.start);
  const size = extents.map(({ length }, axis) => length ?? shape[axis] ?? 0);
  const inside = shape.every(
    (axisSize, axis) => (start[axis] ?? 0) + (size[axis] ?? 0) <= axisSize,
  );
  if (!inside) throw damaged(name, 'a slice reaches beyond it');
  const entry = index.slices.get(sliceKey(name, extents));
  if (entry === undefined) throw damaged(name, 'a slice is not there');
  const equal =
    entry.dtypeCode === whole.dtypeCode &&
    entry.shape.length === size.length &&
    entry.shape.every((axisSize, axis) => axisSize === size[axis]);
  if (!equal) throw damaged(name, 'a slice has another dtype or shape than announced');
  return { box: { start, size }, entry };
}

async function readParts(
  data: BundleData,
  name: string,
  dtype: DType,
  shape: Shape,
  parts: readonly Part[],
  options: ReadOptions | undefined,
): Promise<Tensor> {
  // Before memory is taken: a damaged index may announce more than the files hold.
  await data.ensure(
    parts.map(({ entry }) => entry),
    options,
  );
  const whole: Tensor = zeros({ dtype, shape });
  const width = dtypeKind(dtype) === 'complex' ? 2 : 1;
  for (const { box, entry } of parts) {
    const part = await readEntry(data, name, dtype, entry, options);
    copyBox(whole.data, shape, part.data, box, width);
  }
  return whole;
}

function damaged(name: string, what: string): MalformedError {
  return new MalformedError(`The partitioned tensor ${JSON.stringify(name)} is damaged: ${what}.`, {
    path: name,
  });
}
