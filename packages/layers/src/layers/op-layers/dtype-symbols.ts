import * as tf from '@tensorflow/tfjs-core';
import { complexOf, partsOf } from '../../engine/complex-parts.ts';
import { roundToHalf } from '../../engine/half-precision.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { lacksValues } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Bits of the whole numbers that tfjs holds in 32, and whether they have a sign. */
const WHOLE: ReadonlyMap<string, readonly [bits: number, signed: boolean]> = new Map([
  ['int8', [8, true]],
  ['int16', [16, true]],
  ['int32', [32, true]],
  ['int64', [32, true]],
  ['uint8', [8, false]],
  ['uint16', [16, false]],
  ['uint32', [32, false]],
]);

function boundsOf(dtype: string): readonly [low: number, high: number] | null {
  const [bits = 0, signed = true] = WHOLE.get(dtype) ?? [];
  if (bits === 0) return null;
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** Returns the dtype in which tfjs computes a dtype of TensorFlow. */
export function dtypeOf(value: unknown, fallback: tf.DataType = 'float32'): tf.DataType {
  if (typeof value !== 'string') return fallback;
  if (value === 'bool' || value === 'string') return value;
  if (WHOLE.has(value)) return 'int32';
  return value.startsWith('complex') ? 'complex64' : 'float32';
}

/** Whole numbers modulo what the type can hold. */
function wrapped(x: tf.Tensor, dtype: string): tf.Tensor {
  const bounds = boundsOf(dtype);
  if (bounds === null || bounds[1] >= 2 ** 31 - 1) return x;
  const [low, high] = bounds;
  const [start, size] = [tf.scalar(low, 'int32'), tf.scalar(high - low + 1, 'int32')];
  return tf.add(tf.mod(tf.sub(x, start), size), start);
}

/** Converts to a type of TensorFlow. */
export function castTo(x: tf.Tensor, dtype: string): tf.Tensor {
  if (dtype.startsWith('complex')) return complexOf(partsOf(x));
  const real = x.dtype === 'complex64' ? partsOf(x)[0] : x;
  // Backends disagree on casts of small numbers to truth values.
  if (dtype === 'bool') return tf.notEqual(real, 0);
  if ((dtype === 'float16' || dtype === 'bfloat16') && !lacksValues('Rounding to half precision')) {
    return roundToHalf(tf.cast(real, 'float32'), dtype);
  }
  const device = dtypeOf(dtype);
  const made = tf.cast(real, device);
  return device === 'int32' ? wrapped(made, dtype) : made;
}

const typeIn = (args: SymbolArgs): string => args.text('dtype', 'float32');

/** Converts; what the type cannot hold becomes the nearest that it can. */
const saturated: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const bounds = boundsOf(typeIn(args));
  if (bounds === null || bounds[1] >= 2 ** 31 - 1) return castTo(x, typeIn(args));
  return castTo(tf.minimum(tf.maximum(x, bounds[0]), bounds[1]), typeIn(args));
};

/** Converts images: whole numbers up to the largest of their type stand for those up to one. */
const convertImage: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [from, to] = [args.inputType(x), typeIn(args)];
  const [largest, wanted] = [boundsOf(from)?.[1], boundsOf(to)?.[1]];
  if (from === to) return tf.clone(x);
  if (largest === undefined && wanted === undefined) return castTo(x, to);
  if (wanted === undefined) return tf.mul(castTo(x, to), 1 / (largest ?? 1));
  if (largest === undefined) {
    const scaled = tf.mul(x, wanted + 0.5);
    return args.flag('saturate') ? saturated(scaled, args) : castTo(scaled, to);
  }
  if (largest > wanted) {
    const factor = tf.scalar(Math.floor((largest + 1) / (wanted + 1)), 'int32');
    return castTo(tf.floorDiv(x, factor), to);
  }
  return castTo(tf.mul(x, tf.scalar(Math.floor((wanted + 1) / (largest + 1)), 'int32')), to);
};

/** Returns the conversions between types by their names without `tf.`. */
export function dtypeSymbols(): readonly Entry[] {
  return [
    ['cast', (input, args) => castTo(toOperand(input), typeIn(args))],
    ['dtypes.saturate_cast', saturated],
    ['saturate_cast', saturated],
    ['image.convert_image_dtype', convertImage],
  ];
}
