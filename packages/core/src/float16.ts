const scratch = new DataView(new ArrayBuffer(8));

/** Converts IEEE 754 binary16 bits to a number; every value is exact, a NaN stays a NaN. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Converts a number to IEEE 754 binary16 bits, rounding to nearest, ties to even; NaN becomes the quiet NaN 0x7e00. */
export function numberToFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // 65520 lies half-way between the largest finite value and the next power of two.
  if (magnitude >= 65520) return sign | 0x7c00;
  // Subnormals share the quantum 2^-24 of the smallest normal binade.
  const exponent = magnitude < 2 ** -14 ? -14 : exponentOf(magnitude);
  const quanta = roundHalfEven(magnitude * 2 ** (10 - exponent));
  // A carry out of the fraction moves into the exponent field by itself.
  return sign | (quanta + (exponent + 14) * 1024);
}

/** Converts bfloat16 bits to a number; every value is exact, a NaN stays a NaN. */
export function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Converts a number to bfloat16 bits, rounding to nearest, ties to even; NaN becomes the quiet NaN 0x7fc0. */
export function numberToBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // Half-way between the largest finite value and 2^128.
  if (magnitude >= 255.5 * 2 ** 120) return sign | 0x7f80;
  const exponent = magnitude < 2 ** -126 ? -126 : exponentOf(magnitude);
  const quanta = roundHalfEven(magnitude * 2 ** (7 - exponent));
  return sign | (quanta + (exponent + 126) * 128);
}

function exponentOf(magnitude: number): number {
  scratch.setFloat64(0, magnitude);
  return ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}
