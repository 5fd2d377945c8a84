import {
  checkedMultiply,
  decodeTensor,
  elementCount,
  type LazyTensor,
  LimitError,
  lazyTensor,
  type ReadOptions,
  type Shape,
  type Tensor,
  UnsupportedError,
} from '@km/core';
import { type H5Context, malformed } from './context.ts';
import { decodeDataspace } from './decode-dataspace.ts';
import { decodeDatatype, type H5Datatype } from './decode-datatype.ts';
import { canUndo, decodeFilters, type Filter, foreignFilter } from './decode-filters.ts';
import { findMessage, MESSAGE, type ObjectHeader } from './decode-header.ts';
import { decodeLayout, type Layout } from './decode-layout.ts';
import { littleEndian } from './decode-numbers.ts';
import { resolveShared } from './decode-shared.ts';
import { decodeStrings } from './decode-strings.ts';
import { readThroughH5wasm } from './h5wasm-dataset.ts';
import { MAX_EXPANSION } from './limits.ts';
import { readChunks, readSingleChunk } from './read-chunks.ts';

interface Dataset {
  readonly path: string;
  readonly shape: Shape;
  readonly type: H5Datatype;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  /** Value of the elements that were never written; empty for zeros. */
  readonly fill: Uint8Array;
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
  options?: ReadOptions,
): Promise<LazyTensor> {
  const dataset = await decodeDataset(context, header, path, options);
  const { type, shape, byteLength } = dataset;
  if (type.kind === 'other') {
    throw new UnsupportedError(
      `${context.name}: dataset ${path} has type ${type.what}, which no tensor has.`,
      {
        source: context.name,
        path,
      },
    );
  }
  if (type.kind === 'number') {
    const spec = { dtype: type.dtype, shape };
    const read = async (readOptions?: ReadOptions): Promise<Tensor> => {
      const bytes = await readValues(context, dataset, readOptions);
      return decodeTensor(spec, littleEndian(type, bytes));
    };
    return lazyTensor(
      spec,
      read as (readOptions?: ReadOptions) => Promise<Tensor<typeof spec.dtype>>,
    );
  }
  const spec = { dtype: 'string' as const, shape };
  const read = async (readOptions?: ReadOptions): Promise<Tensor<'string'>> => {
    const bytes = await readValues(context, dataset, readOptions);
    return { ...spec, data: await decodeStrings(context, type, bytes, readOptions) };
  };
  return lazyTensor(spec, read, byteLength);
}

async function decodeDataset(
  context: H5Context,
  header: ObjectHeader,
  path: string,
  options: ReadOptions | undefined,
): Promise<Dataset> {
  const body = async (type: number, what: string): Promise<Uint8Array> => {
    const message = findMessage(header, type);
    if (message !== undefined) return resolveShared(context, message, options);
    throw malformed(context, `dataset ${path} has no ${what}`, header.address);
  };
  if (findMessage(header, MESSAGE.externalFiles) !== undefined) {
    throw new UnsupportedError(
      `${context.name}: the values of ${path} lie in other files, which are not read.`,
      {
        source: context.name,
        path,
      },
    );
  }
  const type = decodeDatatype(context, await body(MESSAGE.datatype, 'datatype'));
  const shape = decodeDataspace(context, await body(MESSAGE.dataspace, 'dataspace')) ?? [0];
  const layout = decodeLayout(context, await body(MESSAGE.layout, 'layout'));
  const pipeline = findMessage(header, MESSAGE.filters);
  const filters = pipeline === undefined ? [] : decodeFilters(context, pipeline.body);
  const byteLength = checkedMultiply(elementCount(shape), type.size);
  checkSize(context, path, layout, byteLength);
  return { path, shape, type, layout, filters, fill: decodeFill(header, type.size), byteLength };
}

function checkSize(context: H5Context, path: string, layout: Layout, byteLength: number): void {
  const { source } = context.pages;
  if (byteLength > source.byteLength * MAX_EXPANSION) {
    throw new LimitError(
      `${context.name}: dataset ${path} claims ${byteLength} bytes in a file of ${source.byteLength}; the file is damaged or hostile.`,
      { source: context.name, path },
    );
  }
  const stored =
    layout.kind === 'contiguous' && layout.address !== undefined ? layout.size : undefined;
  const size = layout.kind === 'compact' ? layout.data.length : stored;
  if (size !== undefined && size !== byteLength) {
    throw malformed(
      context,
      `dataset ${path} has ${size} bytes where its shape takes ${byteLength}`,
    );
  }
}

/** Value at the end of a fill value message, when it has one of the element's size. */
function decodeFill(header: ObjectHeader, size: number): Uint8Array {
  const message =
    findMessage(header, MESSAGE.fillValue) ?? findMessage(header, MESSAGE.fillValueOld);
  const value = message?.body ?? new Uint8Array(0);
  const version = message?.type === MESSAGE.fillValue ? value[0] : 0;
  const hasValue = version === 3 ? ((value[1] ?? 0) & 0x20) !== 0 : version !== 2 || value[3] === 1;
  const start = { 0: 4, 1: 8, 2: 8, 3: 6 }[version ?? 0] ?? value.length;
  const fill = hasValue ? value.subarray(start, start + size) : value.subarray(0, 0);
  return fill.length === size ? fill : value.subarray(0, 0);
}

async function readValues(
  context: H5Context,
  dataset: Dataset,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const { layout, filters, byteLength, shape, type } = dataset;
  options?.signal?.throwIfAborted();
  if (byteLength === 0) return new Uint8Array(0);
  if (layout.kind === 'compact') return layout.data;
  const foreign = foreignFilter(filters);
  if (foreign !== undefined) {
    throw new UnsupportedError(
      `${context.name}: dataset ${dataset.path} uses HDF5 filter ${foreign}, a plugin; rewrite the file with \`h5repack -f NONE\`.`,
      { source: context.name, path: dataset.path },
    );
  }
  if (layout.kind === 'other' || !canUndo(filters)) {
    return readThroughH5wasm(context, dataset, options);
  }
  if (layout.kind === 'contiguous') {
    if (layout.address === undefined) return filled(dataset);
    const start = context.base + layout.address;
    return context.pages.source.read(start, start + byteLength, options);
  }
  if (layout.kind === 'single-chunk') {
    if (layout.address === undefined) return filled(dataset);
    return readSingleChunk(context, filters, layout.address, layout.chunk, byteLength, options);
  }
  const out = filled(dataset);
  if (layout.elementSize !== type.size)
    throw malformed(context, `dataset ${dataset.path} has wrong chunks`);
  const chunked = { shape, chunk: layout.chunk, elementSize: type.size, filters };
  if (layout.index !== undefined) await readChunks(context, chunked, layout.index, out, options);
  return out;
}

function filled({ byteLength, fill }: Dataset): Uint8Array {
  const out = new Uint8Array(byteLength);
  if (fill.some((byte) => byte !== 0)) {
    for (let at = 0; at < byteLength; at += fill.length) out.set(fill, at);
  }
  return out;
}
