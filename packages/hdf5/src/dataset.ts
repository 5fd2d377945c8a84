import {
  type ByteReader,
  checkedMultiply,
  decodeTensor,
  elementCount,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  type Shape,
  type Tensor,
} from '@km/core';
import type { H5Context } from './context.ts';
import { decodeDataspace } from './decode-dataspace.ts';
import { decodeDatatype, type H5Datatype } from './decode-datatype.ts';
import { findMessage, MESSAGE, type ObjectHeader } from './decode-header.ts';
import { decodeLayout, type Layout } from './decode-layout.ts';
import { littleEndian } from './decode-numbers.ts';
import { resolveShared } from './decode-shared.ts';
import { decodeStrings } from './decode-strings.ts';
import { malformed, tooLarge, unsupported } from './errors.ts';
import { MAX_EXPANSION } from './limits.ts';

/** What a dataset is and where its values are. */
export interface Dataset {
  readonly path: string;
  readonly shape: Shape;
  readonly type: H5Datatype;
  readonly layout: Layout;
  /** Filter pipeline message, when its chunks are filtered. */
  readonly pipeline: Uint8Array | undefined;
  readonly byteLength: number;
}

/**
 * Makes the lazy tensor of a dataset.
 * @throws UnsupportedError for element types that no tensor has; LimitError when the size is out of proportion.
 */
export async function openTensor(
  context: H5Context,
  header: ObjectHeader,
  path: string,
): Promise<LazyTensor> {
  const dataset = await decodeDataset(context, header, path);
  const { type, shape, byteLength } = dataset;
  if (type.kind === 'other') {
    throw unsupported(context, `dataset ${path} has type ${type.what}, which no tensor has`, path);
  }
  const dtype = type.kind === 'number' ? type.dtype : 'string';
  const read = async (readOptions?: ReadOptions): Promise<Tensor> => {
    const bytes = await readValues(context, dataset, readOptions);
    if (type.kind === 'number') return decodeTensor({ dtype, shape }, littleEndian(type, bytes));
    const data = await decodeStrings(context, type, bytes);
    return { dtype: 'string', shape, data };
  };
  return lazyTensor({ dtype, shape }, read as LazyTensor['read'], byteLength);
}

async function decodeDataset(
  context: H5Context,
  header: ObjectHeader,
  path: string,
): Promise<Dataset> {
  const message = async (type: number, what: string): Promise<ByteReader> => {
    const found = findMessage(header, type);
    if (found !== undefined) return resolveShared(context, found);
    throw malformed(context, `dataset ${path} has no ${what}`, header.address);
  };
  if (findMessage(header, MESSAGE.externalFiles) !== undefined) {
    throw unsupported(
      context,
      `the values of ${path} lie in other files, which are not read`,
      path,
    );
  }
  const type = decodeDatatype(await message(MESSAGE.datatype, 'datatype'));
  const shape = decodeDataspace(await message(MESSAGE.dataspace, 'dataspace'));
  const layout = decodeLayout(await message(MESSAGE.layout, 'layout'));
  const pipeline = findMessage(header, MESSAGE.filters)?.body;
  const byteLength = checkedMultiply(elementCount(shape), type.size);
  const dataset = { path, shape, type, layout, pipeline, byteLength };
  checkSize(context, dataset);
  return dataset;
}

function checkSize(context: H5Context, { path, layout, byteLength }: Dataset): void {
  const length = context.pages.source.byteLength;
  if (byteLength > length * MAX_EXPANSION) {
    throw tooLarge(
      context,
      `dataset ${path} claims ${byteLength} bytes in a file of ${length}`,
      path,
    );
  }
  if (layout.kind === 'other') return;
  const stored = layout.kind === 'compact' ? layout.data.length : layout.size;
  if (stored !== byteLength) {
    const what = `dataset ${path} has ${stored} bytes where its shape takes ${byteLength}`;
    throw malformed(context, what, path);
  }
}

async function readValues(
  context: H5Context,
  dataset: Dataset,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const { layout, pipeline, byteLength } = dataset;
  options?.signal?.throwIfAborted();
  if (byteLength === 0) return new Uint8Array(0);
  if (layout.kind === 'other' || pipeline !== undefined) {
    const { readRare } = await import('./read-rare.ts');
    return readRare(context, dataset, options);
  }
  if (layout.kind === 'compact') return layout.data;
  const start = context.base + layout.address;
  return context.pages.source.read(start, start + byteLength, options);
}
