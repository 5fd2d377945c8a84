import { decodeTensor, isDType, type Tensor } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';

/** An array in the `io.bin` of an entry, or strings beside it. */
export interface ArrayReference {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset?: number;
  readonly bytes?: number;
  readonly base64?: readonly string[];
}

/** Digest of a variable. */
export interface ExpectedVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

/** Sums of a variable after training. */
export interface ExpectedSums {
  readonly name: string;
  readonly sum: number;
  readonly sumsq: number;
  readonly first: readonly number[];
}

/** What is used of `expected.json`. */
export interface Expected {
  readonly model: string;
  readonly config_file?: string;
  readonly loads: Readonly<Record<string, { readonly status: string; readonly compile?: boolean }>>;
  readonly keras?: {
    readonly class: string;
    readonly oracle: string;
    readonly layers: readonly { readonly name: string; readonly class: string }[];
    readonly weights: readonly ExpectedVariable[];
    readonly optimizer?: {
      readonly class: string;
      readonly variables: readonly ExpectedVariable[];
    } | null;
  };
  readonly predict?: {
    readonly inputs: readonly ArrayReference[];
    readonly outputs: readonly ArrayReference[];
  };
  readonly train?: {
    readonly targets: readonly ArrayReference[];
    readonly evaluate: readonly number[];
    /** Missing where TensorFlow itself failed. */
    readonly train_on_batch?: readonly (readonly number[])[];
    readonly after: {
      readonly weights: readonly ExpectedSums[];
      readonly optimizer?: readonly ExpectedSums[];
    };
  };
}

/** One entry of the corpus. */
export interface CorpusCase {
  readonly id: string;
  readonly kind: string;
  readonly folder: string;
  readonly expected: Expected;
  readonly io: Uint8Array | undefined;
}

/** Reads an array of an entry. */
export function arrayOf({ io }: CorpusCase, reference: ArrayReference): Tensor {
  const { dtype, shape, offset = 0, bytes = 0, base64 } = reference;
  if (base64 !== undefined) {
    return { dtype: 'string', shape, data: base64.map((text) => Buffer.from(text, 'base64')) };
  }
  if (io === undefined || !isDType(dtype)) throw new Error(`${reference.name} cannot be read`);
  return decodeTensor({ dtype, shape }, io.slice(offset, offset + bytes));
}

/** Uploads an array; 64-bit integers become int32. */
export function toTensor(array: Tensor): tf.Tensor {
  const shape = [...array.shape];
  switch (array.dtype) {
    case 'string':
      return tf.tensor(
        array.data.map((bytes) => new TextDecoder().decode(bytes)),
        shape,
        'string',
      );
    case 'int64':
    case 'uint64':
      return tf.tensor(Int32Array.from(array.data, Number), shape, 'int32');
    case 'float32':
    case 'float64':
      return tf.tensor(Float32Array.from(array.data), shape);
    case 'bool':
      return tf.tensor(array.data, shape, 'bool');
    default:
      return tf.tensor(Int32Array.from(array.data), shape, 'int32');
  }
}
