import type { Nested } from './types.ts';

/** True for an object literal: neither an array nor an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Keys of a dictionary in the order in which TensorFlow flattens it. */
export function sortedKeys(value: object): string[] {
  return Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
}

/** The leaves of a structure, lists in order and dictionaries by sorted key. */
export function flatten<T>(structure: Nested<T>): T[] {
  if (Array.isArray(structure)) return structure.flatMap((item: Nested<T>) => flatten(item));
  if (isPlainObject(structure)) {
    const entries = structure as { readonly [key: string]: Nested<T> };
    return sortedKeys(entries).flatMap((key) => flatten(entries[key] as Nested<T>));
  }
  return [structure as T];
}

/** The structure with each leaf replaced; dictionaries keep their key order. */
export function mapStructure<T, U>(structure: Nested<T>, map: (leaf: T) => U): Nested<U> {
  if (Array.isArray(structure)) {
    return structure.map((item: Nested<T>) => mapStructure(item, map));
  }
  if (isPlainObject(structure)) {
    const entries = structure as { readonly [key: string]: Nested<T> };
    const result: { [key: string]: Nested<U> } = {};
    for (const key of Object.keys(entries)) {
      result[key] = mapStructure(entries[key] as Nested<T>, map);
    }
    return result;
  }
  return map(structure as T);
}

/** The structure of `like` with the given leaves, in the order of `flatten`. */
export function packAs<T, U>(like: Nested<T>, leaves: readonly U[]): Nested<U> {
  let index = 0;
  const pack = (node: Nested<T>): Nested<U> => {
    if (Array.isArray(node)) return node.map((item: Nested<T>) => pack(item));
    if (isPlainObject(node)) {
      const entries = node as { readonly [key: string]: Nested<T> };
      const packed = new Map<string, Nested<U>>();
      for (const key of sortedKeys(entries)) packed.set(key, pack(entries[key] as Nested<T>));
      const result: { [key: string]: Nested<U> } = {};
      for (const key of Object.keys(entries)) result[key] = packed.get(key) as Nested<U>;
      return result;
    }
    const leaf = leaves[index] as U;
    index += 1;
    return leaf;
  };
  return pack(like);
}

/** True for a shape rather than a structure of shapes. */
export function isShape(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((size) => size === null || typeof size === 'number');
}

/** The shapes of a structure of shapes, in flattened order. */
export function flattenShapes(
  shapes: Nested<readonly (number | null)[]>,
): (readonly (number | null)[])[] {
  if (isShape(shapes)) return [shapes];
  if (Array.isArray(shapes)) return shapes.flatMap((item) => flattenShapes(item));
  const entries = shapes as { readonly [key: string]: Nested<readonly (number | null)[]> };
  return sortedKeys(entries).flatMap((key) => flattenShapes(entries[key] ?? []));
}

/** A structure of shapes with each shape replaced. */
export function mapShapes<U>(
  shapes: Nested<readonly (number | null)[]>,
  map: (shape: readonly (number | null)[]) => U,
): Nested<U> {
  if (isShape(shapes)) return map(shapes);
  if (Array.isArray(shapes)) return shapes.map((item) => mapShapes(item, map));
  const entries = shapes as { readonly [key: string]: Nested<readonly (number | null)[]> };
  const result: { [key: string]: Nested<U> } = {};
  for (const [key, item] of Object.entries(entries)) result[key] = mapShapes(item, map);
  return result;
}
