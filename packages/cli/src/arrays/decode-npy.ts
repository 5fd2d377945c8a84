import {
  checkedMultiply,
  decodeTensor,
  elementCount,
  itemSize,
  MalformedError,
  type Tensor,
  TruncatedError,
  wordSize,
} from '@km/core';
import { decodeNpyHeader, type NpyHeader } from './npy-header.ts';

/**
 * Decodes a `.npy` file; strings become UTF-8.
 * @throws MalformedError or TruncatedError when it is damaged; UnsupportedError for types that no tensor has.
 */
export function decodeNpy(bytes: Uint8Array, source: string): Tensor {
  const header = decodeNpyHeader(bytes, source);
  const size = elementBytes(header);
  const expected = checkedMultiply(elementCount(header.shape), size);
  const data = bytes.subarray(header.dataStart);
  if (data.length < expected) {
    throw new TruncatedError(
      `${source} holds ${data.length} of ${expected} bytes of its values; copy or download it again.`,
      { source },
    );
  }
  const values = data.slice(0, expected);
  return decodeValues(
    header,
    header.fortranOrder ? toRowMajor(values, header.shape, size) : values,
    source,
  );
}

function elementBytes({ type }: NpyHeader): number {
  switch (type.kind) {
    case 'plain':
      return itemSize(type.dtype);
    case 'unicode':
      return checkedMultiply(type.length, 4);
    case 'bytes':
      return type.length;
  }
}

function decodeValues({ type, shape }: NpyHeader, bytes: Uint8Array, source: string): Tensor {
  switch (type.kind) {
    case 'plain': {
      if (type.bigEndian) swapInPlace(bytes, wordSize(type.dtype));
      return decodeTensor({ dtype: type.dtype, shape }, bytes);
    }
    case 'unicode':
      return {
        dtype: 'string',
        shape,
        data: split(bytes, type.length * 4, (element) =>
          new TextEncoder().encode(decodeUtf32(element, type.bigEndian, source)),
        ),
      };
    case 'bytes':
      return { dtype: 'string', shape, data: split(bytes, type.length, withoutPadding) };
  }
}

/** Reorders elements that are stored with the first axis running fastest. */
function toRowMajor(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  if (shape.filter((axis) => axis > 1).length < 2) return bytes;
  const result = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, size));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += size) {
    for (let i = 0; i < size; i++) result[to + i] = bytes[from + i] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      index[axis] = next;
      from += stride;
      if (next < (shape[axis] ?? 0)) break;
      from -= next * stride;
      index[axis] = 0;
    }
  }
  return result;
}

function swapInPlace(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    bytes.subarray(start, start + size).reverse();
  }
}

function split(
  bytes: Uint8Array,
  size: number,
  decode: (element: Uint8Array) => Uint8Array,
): Uint8Array[] {
  const elements: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    elements.push(decode(bytes.subarray(start, start + size)));
  }
  return elements;
}

/** NumPy fills up with zeros, and cuts them off when it reads. */
function withoutPadding(element: Uint8Array): Uint8Array {
  let end = element.length;
  while (end > 0 && element[end - 1] === 0) end--;
  return element.slice(0, end);
}

function decodeUtf32(element: Uint8Array, bigEndian: boolean, source: string): string {
  const view = new DataView(element.buffer, element.byteOffset, element.byteLength);
  let text = '';
  for (let at = 0; at < element.length; at += 4) {
    const point = view.getUint32(at, !bigEndian);
    if (point > 0x10_ffff) {
      throw new MalformedError(`${source} holds ${point}, which is no character.`, { source });
    }
    text += String.fromCodePoint(point);
  }
  return text.replace(/\0+$/, '');
}
