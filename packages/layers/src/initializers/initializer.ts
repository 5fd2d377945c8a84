import type { DType, Tensor as TensorRecord } from '@km/core';
import { isFloating, recordOfFlat } from '../engine/flat.ts';
import { floatx } from '../engine/policy.ts';
import type { Config } from '../engine/types.ts';

/** Base of the rules that give weights their first values. */
export abstract class Initializer {
  static readonly className: string = 'Initializer';

  /** Computes the first values of a weight. */
  abstract call(shape: readonly number[], dtype?: DType): TensorRecord;

  /** Settles all that the values depend on and checks the arguments; true when `call` may then wait. */
  prepare(_shape: readonly number[], _dtype: DType): boolean {
    return false;
  }

  /** Returns the constructor arguments. */
  get_config(): Config {
    return {};
  }

  /** Makes an initializer from its constructor arguments; the `dtype` that old files hold has no effect. */
  static from_config<T>(this: new (config: never) => T, config: Config): T {
    const { dtype: _, ...rest } = config;
    return new this(rest as never);
  }
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Packs numbers as a tensor of a dtype, by default the session's floating one. */
export function pack(
  values: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType | undefined,
): TensorRecord {
  return recordOfFlat(dtype ?? floatx(), [...shape], values);
}

/** Checks that a random initializer is asked for floating numbers. */
export function requireFloating(dtype: DType | undefined, name: string): void {
  if (dtype === undefined || isFloating(dtype)) return;
  throw new TypeError(`${name} gives floating point numbers, not ${dtype}.`);
}
