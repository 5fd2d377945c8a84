import type { GraphDType } from '@km/graph';
import { deviceDType } from '@km/graph';
import type { Structure, TensorSpecStructure } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { componentCount } from './component-count.ts';
import { componentsIn, componentsOf, isComposite } from './composites.ts';
import { isConvertible, isTensor, tensorFor } from './to-tensor.ts';
import type { StructuredInput } from './values.ts';

/** Type of a spec as graphs name it. */
export function graphType(dtype: TensorSpecStructure['dtype']): GraphDType {
  return deviceTypes.has(dtype) ? (dtype as GraphDType) : 'unknown';
}

const deviceTypes: ReadonlySet<string> = new Set([
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
  'complex64',
  'complex128',
  'qint8',
  'quint8',
  'qint16',
  'quint16',
  'qint32',
  'resource',
  'variant',
]);

function isContainer(
  value: StructuredInput,
): value is { readonly [name: string]: StructuredInput } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isTensor(value) &&
    !isComposite(value) &&
    !ArrayBuffer.isView(value)
  );
}

/**
 * Tells whether a value fits a signature as TensorFlow compares them. With `converts`, numbers and arrays fit where a
 * tensor is expected.
 */
export function fits(expected: Structure, value: StructuredInput, converts: boolean): boolean {
  switch (expected.kind) {
    case 'tensorSpec':
      return fitsSpec(expected, value, converts);
    case 'typeSpec':
      return isComposite(value) && componentsIn(value) === componentCount(expected);
    case 'list':
    case 'tuple':
      return (
        Array.isArray(value) &&
        value.length === expected.items.length &&
        expected.items.every((item, i) => fits(item, value[i] as StructuredInput, converts))
      );
    case 'dict':
    case 'namedTuple':
      return fitsEntries(expected.entries, value, converts);
    default:
      return fitsLiteral(expected, value);
  }
}

function fitsEntries(
  entries: ReadonlyMap<string, Structure>,
  value: StructuredInput,
  converts: boolean,
): boolean {
  if (Array.isArray(value)) {
    const expected = [...entries.values()];
    return (
      value.length === expected.length &&
      expected.every((item, i) => fits(item, value[i] as StructuredInput, converts))
    );
  }
  if (!isContainer(value) || Object.keys(value).length !== entries.size) return false;
  return [...entries].every(
    ([name, item]) => Object.hasOwn(value, name) && fits(item, value[name], converts),
  );
}

function fitsSpec(spec: TensorSpecStructure, value: StructuredInput, converts: boolean): boolean {
  if (!isTensor(value)) {
    return converts && isConvertible(value) && fitsShape(spec.shape, shapeOf(value));
  }
  const tensor = value instanceof tf.Tensor ? value : value.read();
  return tensor.dtype === deviceDType(graphType(spec.dtype)) && fitsShape(spec.shape, value.shape);
}

/** Shape of a number, or of nested arrays. */
function shapeOf(value: StructuredInput): number[] {
  if (ArrayBuffer.isView(value)) return [value.byteLength / elementBytes(value)];
  if (!Array.isArray(value)) return [];
  return [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])];
}

function elementBytes(view: ArrayBufferView): number {
  return 'BYTES_PER_ELEMENT' in view ? Number(view.BYTES_PER_ELEMENT) : 1;
}

/** Tells whether a shape is one of those that a partial shape stands for. */
export function fitsShape(wanted: TensorSpecStructure['shape'], shape: readonly number[]): boolean {
  if (wanted === null) return true;
  return (
    wanted.length === shape.length && wanted.every((size, i) => size === null || size === shape[i])
  );
}

function fitsLiteral(expected: Structure, value: StructuredInput): boolean {
  switch (expected.kind) {
    case 'none':
      return value === null || value === undefined;
    case 'bool':
      return value === expected.value;
    case 'int':
      return typeof value === 'number' && value === Number(expected.value);
    case 'float':
      return typeof value === 'number' && value === expected.value;
    case 'string':
      return value === expected.value;
    case 'dtype':
      return value === expected.dtype;
    default:
      return false;
  }
}

/** Tensors of a value that fits a signature, in the order in which the function takes them. */
export function flatten(expected: Structure, value: StructuredInput): tf.Tensor[] {
  switch (expected.kind) {
    case 'tensorSpec':
      return [
        tensorFor(
          value,
          graphType(expected.dtype),
          expected.name === '' ? 'An argument' : expected.name,
        ),
      ];
    case 'typeSpec':
      return isComposite(value) ? [...componentsOf(value)] : [];
    case 'list':
    case 'tuple':
      return expected.items.flatMap((item, i) => flatten(item, itemAt(value, i)));
    case 'namedTuple':
      return [...expected.entries].flatMap(([name, item], i) =>
        flatten(item, Array.isArray(value) ? itemAt(value, i) : entryOf(value, name)),
      );
    case 'dict':
      return [...expected.entries]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, item]) => flatten(item, entryOf(value, name)));
    default:
      return [];
  }
}

function itemAt(value: StructuredInput, index: number): StructuredInput {
  return Array.isArray(value) ? (value[index] as StructuredInput) : undefined;
}

function entryOf(value: StructuredInput, name: string): StructuredInput {
  return isContainer(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
