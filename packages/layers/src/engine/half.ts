const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** Bits of a float32, as an unsigned integer. */
function bitsOf(value: number): number {
  floats[0] = value;
  return words[0] ?? 0;
}

/** The float32 of the given bits. */
function floatOf(bits: number): number {
  words[0] = bits;
  return floats[0] ?? 0;
}

/** Shifts right by `count` bits, rounding half to even. */
function shiftRounded(value: number, count: number): number {
  const kept = value >>> count;
  const rest = value & ((1 << count) - 1);
  const half = 1 << (count - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The IEEE 754 binary16 bits of a number, rounded half to even. */
export function float16Bits(value: number): number {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) return sign | shiftRounded(magnitude - 0x38000000, 13);
  const exponent = magnitude >>> 23;
  if (exponent < 102) return sign;
  return sign | shiftRounded((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** The number of IEEE 754 binary16 bits. */
export function float16Value(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return floatOf((sign | 0x7f800000 | (fraction << 13)) >>> 0);
  if (exponent === 0) return (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
  return floatOf((sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0);
}

/** The bfloat16 bits (upper half of a float32) of a number, rounded half to even. */
export function bfloat16Bits(value: number): number {
  const bits = bitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (shiftRounded(bits >>> 1, 15) & 0xffff) >>> 0;
}

/** The number of bfloat16 bits. */
export function bfloat16Value(bits: number): number {
  return floatOf((bits << 16) >>> 0);
}
