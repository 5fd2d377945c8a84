import { encodeTensor, type LazyTensor, type ReadOptions, type Tensor } from '@km/core';
import { tensorDTypeCode } from '@km/core/tensor-proto';
import { crc32c, maskCrc } from './crc32c.ts';
import { encodeStrings } from './encode-strings.ts';
import type { BundleEntry } from './index-entry.ts';

/** A tensor with its name. */
export type NamedTensor = readonly [name: string, tensor: Tensor | LazyTensor];

/** Bytes that are handed to the store at a time; the checksum of the next ones is made meanwhile. */
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Encodes the tensors of one data file, one after the other, and notes where each lies.
 */
export async function* shardChunks(
  tensors: readonly NamedTensor[],
  shard: number,
  entries: Map<string, BundleEntry>,
  options: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let offset = 0;
  for (const [name, source] of tensors) {
    const tensor: Tensor = 'read' in source ? await source.read(options) : source;
    const { dtype, shape } = tensor;
    let crc = 0;
    let byteLength = 0;
    if (tensor.dtype === 'string') {
      const encoded = encodeStrings(tensor.data);
      crc = encoded.crc;
      for (const piece of encoded.pieces) {
        byteLength += piece.length;
        yield piece;
      }
    } else {
      const bytes = encodeTensor(tensor);
      byteLength = bytes.length;
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
        const piece = bytes.subarray(start, start + PIECE_BYTES);
        crc = crc32c(piece, crc);
        yield piece;
      }
    }
    entries.set(name, {
      ...{ dtypeCode: tensorDTypeCode(dtype), shape, shard, offset, byteLength },
      ...{ crc: maskCrc(crc), slices: [] },
    });
    offset += byteLength;
  }
}
