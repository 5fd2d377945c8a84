import { castTensor, encodeTensor, type Tensor } from '@km/core';
import { npyDescriptor } from './npy-dtype.ts';

/** Width that NumPy aligns the values to. */
const ALIGNMENT = 64;

/** Bytes in front of the header of version 1. */
const PREFIX_BYTES = 10;

/**
 * Encodes a tensor as a `.npy` file; what NumPy has no type for becomes float32 (bfloat16) or the integers behind it
 * (quantized). Strings become `<U`, or `|S` when they are not UTF-8.
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const { descr, bytes } = encodeValues(tensor);
  const sizes = tensor.shape.map((size) => `${size},`).join(' ');
  const shape = tensor.shape.length === 1 ? `(${sizes})` : `(${sizes.replace(/,$/, '')})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const unpadded = PREFIX_BYTES + header.length + 1;
  const padded = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const text = `${header.padEnd(padded - PREFIX_BYTES - 1)}\n`;
  const file = new Uint8Array(padded + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8]);
  file.set(new TextEncoder().encode(text), PREFIX_BYTES);
  file.set(bytes, padded);
  return file;
}

interface EncodedValues {
  readonly descr: string;
  readonly bytes: Uint8Array;
}

function encodeValues(tensor: Tensor): EncodedValues {
  if (tensor.dtype === 'string') return encodeStrings(tensor.data);
  const descr = npyDescriptor(tensor.dtype);
  if (descr !== undefined) return { descr, bytes: encodeTensor(tensor) };
  if (tensor.dtype === 'bfloat16') return encodeValues(castTensor(tensor, 'float32').tensor);
  const [, sign, bits] = /^q(u?)int(\d+)$/.exec(tensor.dtype) ?? [];
  const size = Number(bits) / 8;
  const code = `${sign === 'u' ? 'u' : 'i'}${size}`;
  return { descr: `${size === 1 ? '|' : '<'}${code}`, bytes: encodeTensor(tensor) };
}

function encodeStrings(elements: readonly Uint8Array[]): EncodedValues {
  const points = decodeAll(elements);
  const longest = (lengths: Iterable<number>): number => {
    let most = 1;
    for (const length of lengths) most = Math.max(most, length);
    return most;
  };
  if (points === undefined) {
    const width = longest(elements.map((element) => element.length));
    const bytes = new Uint8Array(elements.length * width);
    for (const [i, element] of elements.entries()) bytes.set(element, i * width);
    return { descr: `|S${width}`, bytes };
  }
  const width = longest(points.map((text) => text.length));
  const view = new DataView(new ArrayBuffer(points.length * width * 4));
  for (const [i, text] of points.entries()) {
    for (const [j, point] of text.entries()) view.setUint32((i * width + j) * 4, point, true);
  }
  return { descr: `<U${width}`, bytes: new Uint8Array(view.buffer) };
}

/** Code points of each string; `undefined` when one is not UTF-8. */
function decodeAll(elements: readonly Uint8Array[]): number[][] | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return elements.map((element) =>
      Array.from(decoder.decode(element), (character) => character.codePointAt(0) ?? 0),
    );
  } catch {
    return undefined;
  }
}
