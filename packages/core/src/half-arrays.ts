import { bfloat16ToNumber, float16ToNumber } from './float16.ts';

/** The dtypes that are stored as raw 16-bit patterns. */
export type HalfDType = 'float16' | 'bfloat16';

const tables = new Map<HalfDType, Float32Array>();

/** Converts float16 or bfloat16 bits to float32, exactly. */
export function halfToFloat32(bits: Uint16Array, dtype: HalfDType): Float32Array {
  const table = tableOf(dtype);
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i] ?? 0] ?? 0;
  return values;
}

/** Converts float32 to float16 or bfloat16 bits, rounding to nearest, ties to even; NaN becomes the quiet NaN. */
export function float32ToHalf(values: Float32Array, dtype: HalfDType): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  const convert = dtype === 'float16' ? toFloat16 : toBfloat16;
  for (let i = 0; i < bits.length; i++) bits[i] = convert(source[i] ?? 0);
  return bits;
}

function toBfloat16(word: number): number {
  if ((word & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function toFloat16(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  // From 2^16 on; what rounds up to it carries into the exponent below.
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  // Adding 0.5 moves the quantum 2^-24 of the subnormals to the last bit, and rounds.
  scratchBits[0] = magnitude;
  scratch[0] = (scratch[0] ?? 0) + 0.5;
  return sign | ((scratchBits[0] ?? 0) - 0x3f000000);
}

function tableOf(dtype: HalfDType): Float32Array {
  const known = tables.get(dtype);
  if (known) return known;
  const convert = dtype === 'float16' ? float16ToNumber : bfloat16ToNumber;
  const table = Float32Array.from({ length: 0x10000 }, (_, bits) => convert(bits));
  tables.set(dtype, table);
  return table;
}
