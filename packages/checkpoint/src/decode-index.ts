import {
  checkedNumber,
  elementCount,
  itemSize,
  LimitError,
  MAX_TENSORS,
  MalformedError,
  UnsupportedError,
} from '@km/core';
import { decodeProto, type ProtoDecoder } from '@km/proto';
import {
  BundleEntryProto,
  BundleHeaderProto,
  type TensorShapeProto,
  type TensorSliceProto,
} from '@km/proto/checkpoint';
import { decodeTable } from './decode-table.ts';
import { dtypeOfCode } from './dtype-of-code.ts';
import type { BundleEntry, BundleHeader, BundleIndex } from './index-entry.ts';
import { MAX_SHARDS } from './limits.ts';
import { binaryString, type SliceExtent } from './slice-key.ts';

/** Version of the format that this reader has (kTensorBundleVersion in tensor_bundle.h). */
const READER_VERSION = 1;

/**
 * Decodes an index file.
 * @throws MalformedError, TruncatedError, ChecksumError, LimitError when it is damaged; UnsupportedError when it asks
 * for a newer reader.
 */
export function decodeIndex(
  bytes: Uint8Array,
  name: string,
  verifyChecksums: boolean,
): BundleIndex {
  const entries = new Map<string, BundleEntry>();
  const slices = new Map<string, BundleEntry>();
  let header: BundleHeader | undefined;
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const { key, value } of decodeTable(bytes, name, verifyChecksums)) {
    if (header === undefined) {
      if (key.length > 0) break;
      header = decodeHeader(value, name);
      continue;
    }
    if (entries.size + slices.size >= MAX_TENSORS)
      throw new LimitError(`${name} lists more than ${MAX_TENSORS} tensors.`, { source: name });
    if (key[0] === 0) slices.set(binaryString(key), decodeEntry(value, name, binaryString(key)));
    else {
      const tensor = decodeKey(text, key, name);
      entries.set(tensor, decodeEntry(value, name, tensor));
    }
  }
  if (header === undefined)
    throw new MalformedError(
      `${name} has no header; it is a table, but not the index of a checkpoint.`,
      {
        source: name,
      },
    );
  return { header, entries, slices };
}

function decodeKey(decoder: TextDecoder, key: Uint8Array, name: string): string {
  try {
    return decoder.decode(key);
  } catch (error) {
    throw new MalformedError(`${name} has a tensor whose name is no UTF-8 text.`, {
      source: name,
      cause: error,
    });
  }
}

function decodeMessage<Message>(
  type: ProtoDecoder<Message>,
  bytes: Uint8Array,
  name: string,
  path: string,
): Message {
  try {
    return decodeProto(type, bytes);
  } catch (error) {
    throw new MalformedError(`The entry ${JSON.stringify(path)} of ${name} is damaged.`, {
      source: name,
      path,
      cause: error,
    });
  }
}

function decodeHeader(bytes: Uint8Array, name: string): BundleHeader {
  const { numShards, endianness, version } = decodeMessage(BundleHeaderProto, bytes, name, '');
  const minConsumer = version?.minConsumer ?? 0;
  if (minConsumer > READER_VERSION)
    throw new UnsupportedError(
      `${name} asks for readers of version ${minConsumer}, this one has version ${READER_VERSION}; use a newer release.`,
      { source: name },
    );
  if (version?.badConsumers.includes(READER_VERSION) === true)
    throw new UnsupportedError(`${name} forbids readers of version ${READER_VERSION}.`, {
      source: name,
    });
  if (numShards < 1 || numShards > MAX_SHARDS)
    throw new MalformedError(`${name} announces ${numShards} data files.`, { source: name });
  const producer = version?.producer ?? 0;
  return {
    shards: numShards,
    endianness: endianness === 1 ? 'big' : 'little',
    producer,
    minConsumer,
  };
}

function decodeEntry(bytes: Uint8Array, name: string, key: string): BundleEntry {
  const proto = decodeMessage(BundleEntryProto, bytes, name, key);
  try {
    const entry: BundleEntry = {
      dtypeCode: proto.dtype,
      shape: decodeShape(proto.shape),
      shard: checkedNumber(BigInt(proto.shardId)),
      offset: checkedNumber(proto.offset),
      byteLength: checkedNumber(proto.size),
      crc: proto.crc32c,
      slices: proto.slices.map(decodeSlice),
    };
    checkSize(entry);
    return entry;
  } catch (error) {
    if (!(error instanceof MalformedError) && !(error instanceof LimitError)) throw error;
    throw new MalformedError(
      `The entry ${JSON.stringify(key)} of ${name} is damaged: ${error.message}`,
      {
        source: name,
        path: key,
        cause: error,
      },
    );
  }
}

function decodeShape(shape: TensorShapeProto | null): number[] {
  if (shape?.unknownRank === true) throw new MalformedError('its shape is unknown.');
  const sizes = shape?.dim.map(({ size }) => checkedNumber(size)) ?? [];
  elementCount(sizes);
  return sizes;
}

function decodeSlice({ extent }: TensorSliceProto): SliceExtent[] {
  return extent.map(({ start, length }) => ({
    start: checkedNumber(start),
    length: length === null ? undefined : checkedNumber(length),
  }));
}

function checkSize({ dtypeCode, shape, byteLength, slices }: BundleEntry): void {
  const dtype = dtypeOfCode(dtypeCode);
  if (dtype === undefined || slices.length > 0) return;
  const count = elementCount(shape);
  // A string takes at least the byte that holds its length.
  const fits = dtype === 'string' ? byteLength >= count : byteLength === count * itemSize(dtype);
  if (!fits)
    throw new MalformedError(
      `a ${dtype} tensor of shape [${shape.join(', ')}] cannot have ${byteLength} bytes.`,
    );
}
