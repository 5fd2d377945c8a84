import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeTensor, isDType, type Tensor } from '@km/core';

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One recorded case; its id is unique in the group. */
export interface GoldenCase extends JsonObject {
  readonly id: string;
}

/** A sparse tensor of a record. */
export interface GoldenSparse {
  readonly kind: 'sparse';
  readonly indices: Tensor;
  readonly values: Tensor;
  readonly denseShape: readonly number[];
}

/** A ragged tensor of a record. */
export interface GoldenRagged {
  readonly kind: 'ragged';
  readonly values: Tensor;
  readonly rowSplits: readonly Tensor[];
}

/** A sparse gradient of a record. */
export interface GoldenIndexedSlices {
  readonly kind: 'indexedSlices';
  readonly indices: Tensor;
  readonly values: Tensor;
  readonly denseShape: readonly number[] | null;
}

/** JSON in which references have become tensors and `$number` objects numbers. */
export type GoldenValue =
  | null
  | boolean
  | number
  | string
  | Tensor
  | GoldenSparse
  | GoldenRagged
  | GoldenIndexedSlices
  | readonly GoldenValue[]
  | { readonly [key: string]: GoldenValue };

/** An open container of recorded values. */
export interface Goldens {
  readonly group: string;
  readonly tensorflow: string;
  readonly cases: readonly GoldenCase[];
  /** Decodes a reference to a dense array. */
  tensor(reference: Json | undefined): Tensor;
  /** Decodes every reference inside a value. */
  decode(value: Json): GoldenValue;
}

/** Opens the container `NAME.json` and its blob in a folder. */
export async function openGoldens(folder: string, name: string): Promise<Goldens> {
  const text = await readFile(path.join(folder, `${name}.json`), 'utf8');
  const head: JsonObject = JSON.parse(text);
  const blob = new Uint8Array(
    await readFile(path.join(path.dirname(path.join(folder, name)), String(head.blob))),
  );
  return decodeGoldens(head, blob);
}

/** Decodes a container from its JSON and blob. */
export function decodeGoldens(head: JsonObject, blob: Uint8Array): Goldens {
  if (head.format !== 'km-golden/1')
    throw new Error(`Unknown golden format ${String(head.format)}.`);
  const decoder = new Decoder(blob);
  const cases = Array.isArray(head.cases) ? head.cases : [];
  return {
    group: String(head.group),
    tensorflow: String(head.tensorflow),
    cases: cases.filter(isCase),
    tensor: (reference) => decoder.tensor(reference),
    decode: (value) => decoder.decode(value),
  };
}

/** True for a reference to a dense array. */
export function isGoldenReference(value: Json | undefined): value is JsonObject {
  return isObject(value) && isReference(value);
}

function isReference(value: JsonObject): boolean {
  return (
    typeof value.dtype === 'string' &&
    Array.isArray(value.shape) &&
    (typeof value.length === 'number' || 'strings' in value || 'base64' in value)
  );
}

class Decoder {
  readonly #blob: Uint8Array;

  constructor(blob: Uint8Array) {
    this.#blob = blob;
  }

  tensor(reference: Json | undefined): Tensor {
    if (!isGoldenReference(reference)) {
      throw new Error(`${JSON.stringify(reference)?.slice(0, 100)} is no reference to an array.`);
    }
    const dtype = String(reference.dtype);
    const shape = numbers(reference.shape);
    if (dtype === 'string') return { dtype, shape, data: strings(reference) };
    if (!isDType(dtype)) throw new Error(`Unknown dtype ${dtype}.`);
    const start = Number(reference.offset);
    // A copy, so that no test changes what another reads.
    const bytes = this.#blob.slice(start, start + Number(reference.length));
    return decodeTensor({ dtype, shape }, bytes);
  }

  decode(value: Json): GoldenValue {
    if (Array.isArray(value)) return value.map((item) => this.decode(item));
    if (!isObject(value)) return value as GoldenValue;
    if (typeof value.$number === 'string') return Number(value.$number);
    if (isReference(value)) return this.tensor(value);
    return this.#composite(value) ?? this.#object(value);
  }

  #composite(value: JsonObject): GoldenValue | undefined {
    // The config of an input layer has keys named sparse and ragged as well.
    if (!isGoldenReference(value.values)) return undefined;
    if (value.sparse === true) return { kind: 'sparse', ...this.#indexed(value) };
    if (value.indexed_slices === true) {
      const denseShape = value.dense_shape == null ? null : numbers(value.dense_shape);
      return { kind: 'indexedSlices', ...this.#indexed({ ...value, dense_shape: [] }), denseShape };
    }
    if (value.ragged !== true) return undefined;
    const splits = Array.isArray(value.row_splits) ? value.row_splits : [];
    return {
      kind: 'ragged',
      values: this.tensor(value.values),
      rowSplits: splits.map((split) => this.tensor(split)),
    };
  }

  #indexed(value: JsonObject): Pick<GoldenSparse, 'indices' | 'values' | 'denseShape'> {
    return {
      indices: this.tensor(value.indices),
      values: this.tensor(value.values),
      denseShape: numbers(value.dense_shape),
    };
  }

  #object(value: JsonObject): GoldenValue {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.decode(item)]));
  }
}

function isCase(value: Json): value is GoldenCase {
  return isObject(value) && typeof value.id === 'string';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numbers(value: Json | undefined): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function strings(reference: JsonObject): Uint8Array[] {
  const { strings: texts, base64 } = reference;
  if (Array.isArray(texts)) return texts.map((text) => new TextEncoder().encode(String(text)));
  const encoded = Array.isArray(base64) ? base64 : [];
  return encoded.map((text) => new Uint8Array(Buffer.from(String(text), 'base64')));
}
