import {
  encodeTensor,
  type LazyTensor,
  MAX_RECURSION,
  progressOf,
  type Tensor,
  tensorByteLength,
  type WriteOptions,
} from '@km/core';
import { MESSAGE } from './decode-header.ts';
import {
  encodeReference,
  type GlobalHeap,
  globalHeap,
  type HeapReference,
} from './encode-global-heap.ts';
import { type Append, encodeGroup, encodeSuperblock } from './encode-group.ts';
import {
  attributeMessage,
  datasetMessages,
  encodeHeader,
  type OutMessage,
} from './encode-header.ts';
import {
  align8,
  encodeDataspace,
  encodeDatatype,
  fixedString,
  u64,
  VARIABLE_STRING,
} from './encode-types.ts';
import type { TreeAttribute, TreeDataset, TreeGroup } from './tree.ts';

/** Bytes handed over at a time, so that a store can put them on the disk meanwhile. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A file ready to be written: its length, and its bytes in order. */
export interface EncodedH5 {
  readonly byteLength: number;
  /** Yields the bytes; one tensor at a time is in memory. May be called again. */
  chunks(options?: WriteOptions): AsyncGenerator<Uint8Array, void, undefined>;
}

interface PlacedDataset {
  readonly tensor: Tensor | LazyTensor;
  readonly address: number;
}

interface Encoding {
  readonly append: Append;
  readonly heapAddresses: readonly number[];
  readonly references: ReadonlyMap<TreeAttribute, readonly HeapReference[]>;
  readonly datasets: PlacedDataset[];
  /** Address of the next dataset. */
  dataEnd: number;
}

/**
 * Plans an HDF5 file with superblock 0 and symbol-table groups, as h5py writes it by default: first all metadata, so that
 * a remote reader gets it at once, then the datasets in the order of the tree.
 * @throws UnsupportedError for a tensor that HDF5 files of Keras do not hold.
 */
export function encodeFile(root: TreeGroup): EncodedH5 {
  const heap = globalHeap();
  const references = new Map<TreeAttribute, readonly HeapReference[]>();
  collectStrings(root, heap, references, 0);
  const collections = heap.encode();
  // Sizes of the metadata do not depend on addresses, so that a first pass gives the place of the data.
  const measured = encodeMetadata(root, collections, references, 0);
  const { bytes, datasets, end } = encodeMetadata(
    root,
    collections,
    references,
    measured.bytes.length,
  );
  return {
    byteLength: end,
    async *chunks(options) {
      const advance = progressOf(options, 'writing HDF5', end);
      advance(bytes.length);
      yield bytes;
      let at = bytes.length;
      for (const dataset of datasets) {
        if (dataset.address > at) yield new Uint8Array(dataset.address - at);
        for await (const piece of datasetPieces(dataset, options)) {
          advance(piece.length);
          yield piece;
        }
        at = dataset.address + tensorByteLength(dataset.tensor);
      }
    },
  };
}

/** Yields the bytes of a tensor; in a frame of its own, so that the tensor is free before the next one is read. */
async function* datasetPieces(
  { tensor }: PlacedDataset,
  options: WriteOptions | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const value = 'read' in tensor ? await tensor.read({ signal: options?.signal }) : tensor;
  const bytes = encodeTensor(value);
  const expected = tensorByteLength(tensor);
  if (bytes.length !== expected) {
    throw new RangeError(`A tensor announced ${expected} bytes and gave ${bytes.length}.`);
  }
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

function collectStrings(
  node: TreeGroup | TreeDataset,
  heap: GlobalHeap,
  references: Map<TreeAttribute, readonly HeapReference[]>,
  depth: number,
): void {
  if (depth > MAX_RECURSION) throw new RangeError(`Groups nest deeper than ${MAX_RECURSION}.`);
  for (const attribute of node.attributes) {
    if (attribute.kind === 'list' && attribute.width !== undefined) continue;
    const texts = attribute.kind === 'text' ? [attribute.value] : attribute.values;
    references.set(
      attribute,
      texts.map((text) => heap.add(new TextEncoder().encode(text))),
    );
  }
  if (node.kind === 'dataset') return;
  for (const child of node.children.values()) collectStrings(child, heap, references, depth + 1);
}

function encodeMetadata(
  root: TreeGroup,
  collections: readonly Uint8Array[],
  references: ReadonlyMap<TreeAttribute, readonly HeapReference[]>,
  dataStart: number,
): { bytes: Uint8Array; datasets: readonly PlacedDataset[]; end: number } {
  const blocks: Uint8Array[] = [];
  let length = 0;
  const append: Append = (bytes) => {
    const address = length;
    blocks.push(bytes);
    length += align8(bytes.length);
    return address;
  };
  append(new Uint8Array(96));
  const heapAddresses = collections.map(append);
  const encoding: Encoding = {
    append,
    heapAddresses,
    references,
    datasets: [],
    dataEnd: dataStart,
  };
  const { address, tree, heap } = encodeTreeGroup(root, encoding);
  const end = Math.max(encoding.dataEnd, length);
  blocks[0] = encodeSuperblock(address, tree, heap, end);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += align8(block.length);
  }
  return { bytes, datasets: encoding.datasets, end };
}

/** Writes children before their group, which needs their addresses. */
function encodeTreeGroup(
  group: TreeGroup,
  encoding: Encoding,
): { readonly address: number; readonly tree: number; readonly heap: number } {
  const links = [...group.children].map(([name, child]) => ({
    name: new TextEncoder().encode(name),
    address:
      child.kind === 'group'
        ? encodeTreeGroup(child, encoding).address
        : encodeTreeDataset(child, encoding),
  }));
  const { tree, heap } = encodeGroup(links, encoding.append);
  const table: OutMessage = { type: MESSAGE.symbolTable, body: [...u64(tree), ...u64(heap)] };
  const attributes = group.attributes.map((attribute) => encodeAttribute(attribute, encoding));
  const address = encoding.append(encodeHeader([table, ...attributes]));
  return { address, tree, heap };
}

function encodeTreeDataset({ tensor, attributes }: TreeDataset, encoding: Encoding): number {
  const address = align8(encoding.dataEnd);
  const size = tensorByteLength(tensor);
  encoding.datasets.push({ tensor, address });
  encoding.dataEnd = size === 0 ? encoding.dataEnd : address + size;
  const messages = attributes.map((attribute) => encodeAttribute(attribute, encoding));
  return encoding.append(encodeHeader([...datasetMessages(tensor, address), ...messages]));
}

function encodeAttribute(attribute: TreeAttribute, encoding: Encoding): OutMessage {
  const { name } = attribute;
  const references = encoding.references.get(attribute);
  const strings = (references ?? []).flatMap((reference) =>
    encodeReference(reference, encoding.heapAddresses),
  );
  if (attribute.kind === 'text') {
    return attributeMessage(name, VARIABLE_STRING, encodeDataspace([]), strings);
  }
  const { values, width } = attribute;
  const space = encodeDataspace([values.length]);
  // NumPy gives an empty list this type, so that is what Keras's files have.
  if (values.length === 0) return attributeMessage(name, encodeDatatype('float64'), space, []);
  if (width === undefined) return attributeMessage(name, VARIABLE_STRING, space, strings);
  const data = new Uint8Array(values.length * width);
  for (const [i, value] of values.entries()) data.set(new TextEncoder().encode(value), i * width);
  return attributeMessage(name, fixedString(width), space, data);
}
