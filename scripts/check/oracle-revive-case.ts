import * as tf from '@tensorflow/tfjs-core';

/** A structure of arrays as JSON. */
export type Described =
  | { readonly kind: 'dict'; readonly entries: Readonly<Record<string, Described>> }
  | { readonly kind: 'list'; readonly items: readonly Described[] }
  | DescribedTensor;

/** One array. */
export interface DescribedTensor {
  readonly kind: 'tensor';
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean | string)[];
}

/** Numbers of a run by their names. */
export type Logs = Readonly<Record<string, number>>;

/** What TensorFlow noted of one model. */
export interface Expected {
  readonly name: string;
  /** The TensorFlow that saved and loaded it. */
  readonly version: string;
  readonly x: Described;
  readonly y: Described | null;
  /** Outputs of the model that was saved. */
  readonly original: Described;
  readonly load_error?: string;
  readonly compile?: false;
  readonly layers?: readonly (readonly [type: string, name: string])[];
  readonly weights?: readonly ExpectedWeight[];
  readonly trainable?: readonly string[];
  readonly call?: Described;
  readonly losses?: readonly number[];
  readonly training?: Described;
  /** Sums of the weights after a call in training. */
  readonly called?: readonly number[];
  readonly predict?: Described;
  readonly evaluate?: Logs;
  readonly fit?: Readonly<Record<string, readonly number[] | null>>;
  readonly after?: readonly DescribedTensor[];
}

/** One weight; `sha256` is that of its bytes. */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly sha256: string;
}

/** Tensors in lists and dictionaries. */
export type Nested = tf.Tensor | Nested[] | { [name: string]: Nested };

/** The arrays of a structure as tensors. */
export function tensorsOf(described: Described): Nested {
  switch (described.kind) {
    case 'list':
      return described.items.map(tensorsOf);
    case 'dict':
      return Object.fromEntries(
        Object.entries(described.entries).map(([name, item]) => [name, tensorsOf(item)]),
      );
    case 'tensor': {
      const { values, shape, dtype } = described;
      const type = /float/.test(dtype) ? 'float32' : dtype === 'int64' ? 'int32' : dtype;
      return tf.tensor(values as number[], [...shape], type as tf.DataType);
    }
  }
}
