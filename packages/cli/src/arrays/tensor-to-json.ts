import { bfloat16ToNumber, dtypeKind, float16ToNumber, type Shape, type Tensor } from '@km/core';
import type { Printable } from '../text/print-json.ts';

/**
 * Makes nested lists of a tensor. Complex elements become `[re, im]`, strings text or, when they are not UTF-8,
 * `{"b64": …}`.
 */
export function tensorToJson(tensor: Tensor): Printable {
  return nest(tensorElements(tensor), tensor.shape);
}

/** Elements of a tensor in row-major order, as `tensorToJson` gives them. */
export function tensorElements(tensor: Tensor): readonly Printable[] {
  switch (tensor.dtype) {
    case 'string':
      return tensor.data.map(textOrBase64);
    case 'bool':
      return Array.from(tensor.data, (value) => value !== 0);
    case 'float16':
      return Array.from(tensor.data, float16ToNumber);
    case 'bfloat16':
      return Array.from(tensor.data, bfloat16ToNumber);
    default:
      return dtypeKind(tensor.dtype) === 'complex'
        ? pairs(Array.from<number | bigint>(tensor.data))
        : Array.from<number | bigint>(tensor.data);
  }
}

function pairs(numbers: readonly Printable[]): Printable[] {
  const result: Printable[] = [];
  for (let i = 0; i < numbers.length; i += 2) result.push(numbers.slice(i, i + 2));
  return result;
}

function textOrBase64(bytes: Uint8Array): Printable {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { b64: Buffer.from(bytes).toString('base64') };
  }
}

function nest(elements: readonly Printable[], shape: Shape): Printable {
  if (shape.length === 0) return elements[0] ?? null;
  let level: readonly Printable[] = elements;
  for (const [axis, size] of [...shape.entries()].slice(1).reverse()) {
    const rows = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    level = Array.from({ length: rows }, (_, row) => level.slice(row * size, (row + 1) * size));
  }
  return level;
}
