import { type DType, zeros } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { floatx } from './policy.ts';
import type { Constraint } from './types.ts';
import { Variable } from './variable.ts';
import { type AssignableValue, isRecord, type NestedNumbers } from './variable-values.ts';

/** What a variable is besides its value, under the names of `keras.backend.variable`. */
export interface MakeVariableOptions {
  /** Element type, `floatx()` unless given. */
  readonly dtype?: DType;
  readonly name?: string;
  readonly constraint?: Constraint | null;
  readonly trainable?: boolean;
}

/** Makes a variable that holds a copy of a value: a number, nested lists, a flat typed array, a tensor, or a record. */
export function variable(value: AssignableValue, options: MakeVariableOptions = {}): Variable {
  const { dtype = floatx(), name = 'Variable', constraint = null, trainable = true } = options;
  const shape = shapeOf(value);
  const made = new Variable(zeros({ dtype, shape }), { name, constraint, trainable });
  return made.assign(value);
}

function shapeOf(value: AssignableValue): readonly number[] {
  if (value instanceof tf.Tensor) return value.shape;
  if (ArrayBuffer.isView(value)) return [(value as unknown as ArrayLike<unknown>).length];
  return isRecord(value) ? value.shape : nestedShape(value);
}

function nestedShape(value: NestedNumbers): number[] {
  if (!Array.isArray(value)) return [];
  const [first] = value;
  return [value.length, ...(first === undefined ? [] : nestedShape(first))];
}
