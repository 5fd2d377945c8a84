import type { Variable } from '@km/layers';
import type * as tf from '@tensorflow/tfjs-core';
import type { Composite } from './composites.ts';

/** Arrays of numbers, truth values or texts, nested as deep as the tensor has axes. */
export type NestedValues = number | boolean | string | readonly NestedValues[];

/** What functions take: tensors and what can become one, literals, `null` for Python's None, and containers of these. */
export type StructuredInput =
  | tf.Tensor
  | Variable
  | Composite
  | NestedValues
  | ArrayBufferView
  | null
  | undefined
  | readonly StructuredInput[]
  | { readonly [name: string]: StructuredInput };

/** What functions return. */
export type StructuredOutput =
  | tf.Tensor
  | Composite
  | number
  | boolean
  | string
  | null
  | readonly StructuredOutput[]
  | { readonly [name: string]: StructuredOutput };
