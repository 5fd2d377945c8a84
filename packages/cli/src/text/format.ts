import type { Shape } from '@km/core';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Writes a number of bytes for people: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** Writes a count with its thousands apart: `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Writes a shape as Python does, with `?` for what is not known: `(?, 28, 28)`. */
export function formatShape(shape: Shape | readonly (number | null)[]): string {
  const sizes = shape.map((size) => (size === null || size < 0 ? '?' : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
}

/** Writes a number that was computed, with the digits that float32 has. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)));
}
