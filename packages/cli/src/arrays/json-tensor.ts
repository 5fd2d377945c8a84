import { castTensor, checkTensor, dtypeKind, isDType, MalformedError, type Tensor } from '@km/core';
import {
  type ConfigPath,
  formatPath,
  isJsonArray,
  isJsonObject,
  isWholeFloat,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  requireArray,
  requireInteger,
  requireString,
} from '@km/keras-config';

type Element = number | bigint | boolean | Uint8Array;

/** What the elements of a JSON array are, as far as they have been seen. */
interface Collected {
  readonly elements: Element[];
  isFloat: boolean;
}

const NUMBERS = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** An array with what JSON numbers alone do not say. */
export interface TypedTensor extends JsonObject {
  readonly dtype: JsonValue;
  readonly shape: JsonValue;
  readonly data: JsonValue;
}

/** True for `{dtype, shape, data}`. */
export function isTypedTensor(value: JsonValue): value is TypedTensor {
  return isJsonObject(value) && 'dtype' in value && 'shape' in value && 'data' in value;
}

/**
 * Makes a tensor of a JSON value: a number, boolean or text, nested lists of them, or `{dtype, shape, data}`. Whole
 * numbers become int32 or, when they need it, int64; others float32. Text may be `{"b64": …}`.
 * @throws MalformedError that names the path for ragged lists, mixed elements and anything else.
 */
export function tensorFromJson(value: JsonValue, path: ConfigPath): Tensor {
  if (isTypedTensor(value)) return typedTensor(value, path);
  const collected: Collected = { elements: [], isFloat: false };
  const shape = shapeOf(value);
  collect(value, false, shape, path, collected);
  return { ...tensorOf(collected, shape, path), shape };
}

function typedTensor(value: TypedTensor, path: ConfigPath): Tensor {
  const dtype = requireString(value.dtype, [...path, 'dtype']);
  const shape = requireArray(value.shape, [...path, 'shape']).map((size, axis) =>
    requireInteger(size, [...path, 'shape', axis]),
  );
  const data = tensorFromJson(requireArray(value.data, [...path, 'data']), [...path, 'data']);
  if (!isDType(dtype) || dtypeKind(dtype) === 'quantized' || dtypeKind(dtype) === 'complex') {
    throw new MalformedError(
      `${formatPath([...path, 'dtype'])}: ${JSON.stringify(dtype)} is no dtype that JSON can hold; give float32, int32, bool, string or another plain one.`,
      { path: formatPath(path) },
    );
  }
  const { tensor } = castTensor(data, dtype);
  const result: Tensor = { ...tensor, shape };
  try {
    checkTensor(result);
  } catch (error) {
    throw new MalformedError(
      `${formatPath(path)}: ${data.data.length} elements do not fill the shape [${shape.join(', ')}].`,
      { path: formatPath(path), cause: error },
    );
  }
  return result;
}

function shapeOf(value: JsonValue): number[] {
  const shape: number[] = [];
  for (let inner: JsonValue | undefined = value; isJsonArray(inner); inner = inner[0]) {
    shape.push(inner.length);
  }
  return shape;
}

function collect(
  value: JsonValue,
  isFloat: boolean,
  shape: readonly number[],
  path: ConfigPath,
  into: Collected,
): void {
  const [size, ...inner] = shape;
  if (size === undefined) {
    into.elements.push(elementOf(value, path));
    into.isFloat ||= isFloat || (typeof value === 'number' && !Number.isInteger(value));
    return;
  }
  if (!isJsonArray(value) || value.length !== size) throw ragged(value, size, path);
  for (const [i, item] of value.entries()) {
    collect(item, isWholeFloat(value, i), inner, [...path, i], into);
  }
}

function ragged(value: JsonValue, size: number, path: ConfigPath): MalformedError {
  const found = isJsonArray(value) ? `a list of ${value.length}` : 'no list';
  return new MalformedError(
    `${formatPath(path) || 'the list'}: expected a list of ${size} like the first one, found ${found}; all rows of an array have the same length.`,
    { path: formatPath(path) },
  );
}

function elementOf(value: JsonValue, path: ConfigPath): Element {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value !== null && typeof value !== 'object') return value;
  if (isJsonObject(value) && typeof value.b64 === 'string') {
    return new Uint8Array(Buffer.from(value.b64, 'base64'));
  }
  throw new MalformedError(
    `${formatPath(path) || 'the array'}: expected a number, a boolean or text, found ${describe(value)}.`,
    { path: formatPath(path) },
  );
}

function describe(value: JsonArray | JsonObject | null): string {
  if (value === null) return 'null';
  return isJsonArray(value) ? 'a list' : 'an object';
}

function tensorOf({ elements, isFloat }: Collected, shape: number[], path: ConfigPath): Tensor {
  const texts = elements.filter((element) => element instanceof Uint8Array);
  if (texts.length === elements.length && texts.length > 0) {
    return { dtype: 'string', shape, data: texts };
  }
  const flags = elements.filter((element) => typeof element === 'boolean');
  if (flags.length === elements.length && flags.length > 0) {
    return { dtype: 'bool', shape, data: Uint8Array.from(flags, Number) };
  }
  return numbersOf(elements, isFloat, shape, path);
}

function numbersOf(
  elements: readonly Element[],
  isFloat: boolean,
  shape: number[],
  path: ConfigPath,
): Tensor {
  let float = isFloat || elements.length === 0;
  const numbers = elements.map((element) => {
    if (typeof element === 'number' || typeof element === 'bigint') return element;
    const named =
      element instanceof Uint8Array ? NUMBERS.get(new TextDecoder().decode(element)) : undefined;
    if (named === undefined) {
      throw new MalformedError(
        `${formatPath(path) || 'the array'}: numbers, booleans and texts are mixed; give one kind.`,
        { path: formatPath(path) },
      );
    }
    float = true;
    return named;
  });
  if (float) return { dtype: 'float32', shape, data: Float32Array.from(numbers, Number) };
  if (numbers.every((value) => Number(value) === (Number(value) | 0))) {
    return { dtype: 'int32', shape, data: Int32Array.from(numbers, Number) };
  }
  return { dtype: 'int64', shape, data: BigInt64Array.from(numbers, (value) => wide(value, path)) };
}

function wide(value: number | bigint, path: ConfigPath): bigint {
  const integer = BigInt(value);
  if (BigInt.asIntN(64, integer) === integer) return integer;
  throw new MalformedError(
    `${formatPath(path) || 'the array'}: ${integer} does not fit int64; write it as a float, with a decimal point.`,
    { path: formatPath(path) },
  );
}
