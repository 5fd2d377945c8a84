import { flatten, isPlainObject, mapStructure } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';

/** True for a list or dictionary. */
export function isNested(value: unknown): boolean {
  return Array.isArray(value) || isPlainObject(value);
}

/** Names for outputs that have none: `output_1`, or the keys of a dictionary. */
export function pseudoOutputNames(outputs: Nested<unknown>): string[] {
  const names: string[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        visit(item, [...path, path.length === 0 ? `output_${i + 1}` : String(i + 1)]);
      });
    } else if (isPlainObject(value)) {
      for (const key of Object.keys(value).sort()) visit(value[key], [...path, key]);
    } else {
      names.push(path.length === 0 ? 'output_1' : path.join('_'));
    }
  };
  visit(outputs, []);
  return names;
}

/** A flat list of outputs takes what a dictionary by output name says. */
function byOutputName(
  outputs: Nested<unknown>,
  names: readonly string[],
  struct: unknown,
): unknown {
  const isFlat = !isNested(outputs) || (Array.isArray(outputs) && !outputs.some(isNested));
  if (!isFlat || !isPlainObject(struct)) return struct;
  const unknown = Object.keys(struct).filter((key) => !names.includes(key));
  if (unknown.length > 0) {
    throw new TypeError(
      `Found unexpected losses or metrics that do not correspond to any Model output: ${unknown.join(', ')}. Valid model output names: ${names.join(', ')}.`,
    );
  }
  const values = names.map((name) => (Object.hasOwn(struct, name) ? struct[name] : null));
  return values.length === 1 ? values[0] : values;
}

/**
 * Gives what belongs to outputs their structure: by output name, one for all, or in the structure already.
 * `leaf` tells a value from a structure.
 */
export function conformToOutputs(
  outputs: Nested<unknown>,
  names: readonly string[],
  struct: unknown,
): unknown {
  const mapped = byOutputName(outputs, names, struct);
  if (isPlainObject(outputs) && isPlainObject(mapped)) {
    const missing = Object.keys(outputs).filter((key) => !Object.hasOwn(mapped, key));
    return { ...mapped, ...Object.fromEntries(missing.map((key) => [key, null])) };
  }
  if (!isNested(mapped) && isNested(outputs)) return mapStructure(outputs, () => mapped);
  return mapped;
}

/**
 * Lists what belongs to each output, in flattened order.
 * @throws RangeError when the number differs.
 */
export function perOutput<T>(
  outputs: Nested<unknown>,
  names: readonly string[],
  struct: unknown,
  what: string,
): T[] {
  const conformed = conformToOutputs(outputs, names, struct);
  const flat = flatten<T>(conformed as Nested<T>);
  const count = flatten<unknown>(outputs).length;
  if (flat.length === count) return flat;
  throw new RangeError(`The model has ${count} outputs, but ${flat.length} ${what} were given.`);
}
