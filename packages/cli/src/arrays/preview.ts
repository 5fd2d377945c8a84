import type { Tensor } from '@km/core';
import { formatNumber } from '../text/format.ts';
import type { Printable } from '../text/print-json.ts';
import { tensorToJson } from './tensor-to-json.ts';

/** Longest axis that is shown whole. */
const MAX_SHOWN = 6;

/** Items shown at either end of a longer axis. */
const EDGE = 3;

/** Writes a tensor as NumPy prints arrays, long axes abbreviated. */
export function previewTensor(tensor: Tensor): readonly string[] {
  return preview(tensorToJson(tensor), 0).split('\n');
}

function preview(value: Printable, depth: number): string {
  if (typeof value === 'number') return formatNumber(value);
  if (!Array.isArray(value))
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const items: readonly Printable[] = value;
  const isNested = items.some((item) => Array.isArray(item));
  const separator = isNested ? `\n${' '.repeat(depth + 1)}` : ' ';
  const shown =
    items.length <= MAX_SHOWN
      ? items.map((item) => preview(item, depth + 1))
      : [
          ...items.slice(0, EDGE).map((item) => preview(item, depth + 1)),
          '...',
          ...items.slice(-EDGE).map((item) => preview(item, depth + 1)),
        ];
  return `[${shown.join(separator)}]`;
}
