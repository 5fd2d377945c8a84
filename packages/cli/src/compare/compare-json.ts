import { isJsonArray, isJsonObject, type JsonValue } from '@km/keras-config';
import { printJson } from '../text/print-json.ts';

/** A place at which two JSON values differ. */
export interface JsonDifference {
  /** `layers[3].config.units`. */
  readonly path: string;
  /** The value on each side as JSON text; undefined where there is none. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** Finds where two JSON values differ, in the order of the first; 1 and 1.0 are the same. */
export function compareJson(first: JsonValue, second: JsonValue, path = ''): JsonDifference[] {
  if (isJsonArray(first) && isJsonArray(second)) {
    const length = Math.max(first.length, second.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) =>
      compareMembers(first[i], second[i], `${path}[${i}]`),
    );
  }
  if (isJsonObject(first) && isJsonObject(second)) {
    const keys = new Set([...Object.keys(first), ...Object.keys(second)]);
    return [...keys].flatMap((key) =>
      compareMembers(first[key], second[key], path === '' ? key : `${path}.${key}`),
    );
  }
  const texts = [textOf(first), textOf(second)] as const;
  return texts[0] === texts[1] ? [] : [{ path, first: texts[0], second: texts[1] }];
}

function compareMembers(
  first: JsonValue | undefined,
  second: JsonValue | undefined,
  path: string,
): JsonDifference[] {
  if (first !== undefined && second !== undefined) return compareJson(first, second, path);
  return [{ path, first: textOf(first), second: textOf(second) }];
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : printJson(value).replace(/\s*\n\s*/g, ' ');
}
