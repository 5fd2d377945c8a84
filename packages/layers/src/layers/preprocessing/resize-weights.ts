/** Ways to compute the pixels of a resized image, as `tf.image.resize` of TensorFlow 2 without antialiasing. */
export type Interpolation =
  | 'nearest'
  | 'bilinear'
  | 'bicubic'
  | 'area'
  | 'lanczos3'
  | 'lanczos5'
  | 'gaussian'
  | 'mitchellcubic';

/** Names of the interpolations. */
export const INTERPOLATIONS: readonly Interpolation[] = [
  'nearest',
  'bilinear',
  'bicubic',
  'area',
  'lanczos3',
  'lanczos5',
  'gaussian',
  'mitchellcubic',
];

/** A filter and how far it reaches, in input pixels. */
interface Filter {
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

/** Steps per pixel to which TensorFlow's bicubic kernel rounds offsets. */
const CUBIC_STEPS = 1024;

/** Keys (1981) with a = −1/2. */
function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
}

function mitchell(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  if (x >= 1) return (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9;
  return ((7 / 6) * x - 2) * x * x + 8 / 9;
}

function lanczos(radius: number): Filter {
  const weight = (distance: number): number => {
    const x = Math.abs(distance);
    if (x > radius) return 0;
    if (x <= 1e-3) return 1;
    return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;
  };
  return { radius, weight };
}

function filterOf(method: Interpolation): Filter {
  switch (method) {
    case 'lanczos3':
      return lanczos(3);
    case 'lanczos5':
      return lanczos(5);
    case 'gaussian':
      return { radius: 1.5, weight: (x) => (Math.abs(x) >= 1.5 ? 0 : Math.exp(-2 * x * x)) };
    case 'mitchellcubic':
      return { radius: 2, weight: mitchell };
    case 'bicubic':
      return { radius: 2, weight: keys };
    default:
      return { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };
  }
}

/** Computes, row-major `[output, input]`, how much each input pixel of a line counts in each output pixel. */
export function resizeWeights(input: number, output: number, method: Interpolation): Float32Array {
  const matrix = new Float32Array(output * input);
  const scale = input / output;
  for (let i = 0; i < output; i++) {
    const row = matrix.subarray(i * input, (i + 1) * input);
    if (method === 'area') fillArea(row, i * scale, (i + 1) * scale);
    else if (method === 'nearest') row[Math.min(Math.floor((i + 0.5) * scale), input - 1)] = 1;
    else fillFiltered(row, (i + 0.5) * scale, method);
  }
  return matrix;
}

/** Weighs pixels by the part of them that lies in a range. */
function fillArea(row: Float32Array, from: number, to: number): void {
  for (let j = Math.floor(from); j < Math.ceil(to); j++) {
    const overlap = Math.min(j + 1, to) - Math.max(j, from);
    const at = Math.min(j, row.length - 1);
    row[at] = (row[at] ?? 0) + overlap / (to - from);
  }
}

/** Weighs the pixels around a position; their weights add up to 1. */
function fillFiltered(row: Float32Array, position: number, method: Interpolation): void {
  const { radius, weight } = filterOf(method);
  const center = method === 'bicubic' ? roundedTo(position, CUBIC_STEPS) : position;
  let sum = 0;
  const first = Math.max(Math.ceil(center - radius - 0.5), 0);
  const last = Math.min(Math.floor(center + radius - 0.5), row.length - 1);
  for (let j = first; j <= last; j++) {
    const value = weight(j + 0.5 - center);
    row[j] = value;
    sum += value;
  }
  for (let j = first; j <= last; j++) row[j] = (row[j] ?? 0) / sum;
}

/** Rounds the fraction of a position that counts from pixel centers. */
function roundedTo(position: number, steps: number): number {
  const from = position - 0.5;
  const whole = Math.floor(from);
  return whole + Math.round((from - whole) * steps) / steps + 0.5;
}
