import {
  type DType,
  decodeTensor,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  type Tensor,
  wordSize,
} from '@km/core';
import type { BundleData } from './bundle-data.ts';
import { decodeStrings } from './decode-strings.ts';
import type { BundleEntry } from './index-entry.ts';
import { swapWords } from './swap-words.ts';

/** Makes the lazy tensor of an entry that holds its values itself. */
export function lazyEntry(
  data: BundleData,
  name: string,
  dtype: DType,
  entry: BundleEntry,
): LazyTensor {
  const spec = { dtype, shape: entry.shape };
  const read = (options?: ReadOptions): Promise<Tensor> =>
    readEntry(data, name, dtype, entry, options);
  return lazyTensor(spec, read, entry.byteLength);
}

/** Reads the values of an entry. */
export async function readEntry(
  data: BundleData,
  name: string,
  dtype: DType,
  entry: BundleEntry,
  options?: ReadOptions,
): Promise<Tensor> {
  const { shape } = entry;
  const littleEndian = data.header.endianness === 'little';
  if (dtype === 'string') {
    const bytes = await data.bytes(entry, options);
    const { verifyChecksums } = data;
    const encoding = { shape, crc: entry.crc, verifyChecksums, littleEndian, name };
    return { dtype, shape, data: decodeStrings(bytes, encoding) };
  }
  const bytes = await data.checkedBytes(name, entry, options);
  return decodeTensor({ dtype, shape }, littleEndian ? bytes : swapWords(bytes, wordSize(dtype)));
}
