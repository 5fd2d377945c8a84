import type { Numbers, OutputSpec, TypedArrayKernel } from './typed-array-kernel.ts';

/** Name of the kernel that transforms rows of complex numbers. */
export const FOURIER = 'FourierTransform';

/** Attributes of a transform. */
export interface FourierAttrs {
  /** Turns the other way round; neither way scales. */
  readonly inverse: boolean;
}

/** Lengths up to this are summed up as the definition says. */
const SHORT = 16;

type Row = readonly [real: Float64Array, imag: Float64Array];

/**
 * Computes the discrete Fourier transform of the last axis, without scaling. Real and imaginary parts are tensors of
 * their own. Equals TensorFlow's `FFT`, and with `inverse` its `IFFT` times the length.
 */
export const fourierKernel: TypedArrayKernel<FourierAttrs> = {
  kernelName: FOURIER,
  returnsList: true,
  infer: ({ real }) => {
    const spec: OutputSpec = { shape: real?.shape ?? [], dtype: 'float32' };
    return [spec, spec];
  },
  compute: ({ real, imag }, [re, im], { inverse }) => {
    if (real === undefined || imag === undefined || re === undefined || im === undefined) return;
    const length = real.shape[real.shape.length - 1] ?? 1;
    const transform = transformOf(length, inverse ? 1 : -1);
    for (let at = 0; at < real.values.length; at += length) {
      const row = rowAt(real.values, imag.values, at, length);
      transform(row);
      re.set(row[0], at);
      im.set(row[1], at);
    }
  },
};

function rowAt(real: Numbers, imag: Numbers, at: number, length: number): Row {
  return [
    Float64Array.from(real.subarray(at, at + length)),
    Float64Array.from(imag.subarray(at, at + length)),
  ];
}

/** Makes the transform of rows of one length, in place. */
function transformOf(length: number, sign: 1 | -1): (row: Row) => void {
  if (length <= SHORT && (length & (length - 1)) !== 0) return direct(length, sign);
  return (length & (length - 1)) === 0 ? radix2(length, sign) : bluestein(length, sign);
}

/** Cosines and sines of the multiples of a turn's n-th part. */
function roots(length: number, sign: 1 | -1): Row {
  const angle = (sign * 2 * Math.PI) / length;
  return [
    Float64Array.from({ length }, (_, k) => Math.cos(angle * k)),
    Float64Array.from({ length }, (_, k) => Math.sin(angle * k)),
  ];
}

function direct(length: number, sign: 1 | -1): (row: Row) => void {
  const [cos, sin] = roots(length, sign);
  return ([re, im]) => {
    const [oldRe, oldIm] = [re.slice(), im.slice()];
    for (let k = 0; k < length; k++) {
      let sumRe = 0;
      let sumIm = 0;
      for (let n = 0; n < length; n++) {
        const turn = (k * n) % length;
        const [c, s] = [cos[turn] ?? 0, sin[turn] ?? 0];
        const [a, b] = [oldRe[n] ?? 0, oldIm[n] ?? 0];
        sumRe += a * c - b * s;
        sumIm += a * s + b * c;
      }
      re[k] = sumRe;
      im[k] = sumIm;
    }
  };
}

/** The algorithm of Cooley and Tukey (1965) for powers of two. */
function radix2(length: number, sign: 1 | -1): (row: Row) => void {
  const [cos, sin] = roots(length, sign);
  const bits = Math.log2(length);
  const reversed = Uint32Array.from({ length }, (_, i) => reverseBits(i, bits));
  return (row) => {
    swap(row[0], reversed);
    swap(row[1], reversed);
    for (let size = 2; size <= length; size *= 2) butterflies(row, size, length / size, cos, sin);
  };
}

function reverseBits(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result = (result << 1) | ((value >> bit) & 1);
  return result;
}

function swap(values: Float64Array, places: Uint32Array): void {
  const old = values.slice();
  for (let i = 0; i < values.length; i++) values[i] = old[places[i] ?? 0] ?? 0;
}

function butterflies(
  [re, im]: Row,
  size: number,
  step: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const half = size / 2;
  for (let start = 0; start < re.length; start += size) {
    for (let k = 0; k < half; k++) {
      const [c, s] = [cos[k * step] ?? 0, sin[k * step] ?? 0];
      const [low, high] = [start + k, start + k + half];
      const [a, b] = [re[high] ?? 0, im[high] ?? 0];
      const [turnedRe, turnedIm] = [a * c - b * s, a * s + b * c];
      re[high] = (re[low] ?? 0) - turnedRe;
      im[high] = (im[low] ?? 0) - turnedIm;
      re[low] = (re[low] ?? 0) + turnedRe;
      im[low] = (im[low] ?? 0) + turnedIm;
    }
  }
}

/** The algorithm of Bluestein (1970) for all other lengths: a convolution, by transforms of a power of two. */
function bluestein(length: number, sign: 1 | -1): (row: Row) => void {
  const size = 2 ** Math.ceil(Math.log2(2 * length));
  const forward = radix2(size, -1);
  const backward = radix2(size, 1);
  const chirp = chirpOf(length, sign);
  const filter: Row = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < length; i++) {
    for (const at of i === 0 ? [0] : [i, size - i]) {
      filter[0][at] = chirp[0][i] ?? 0;
      filter[1][at] = -(chirp[1][i] ?? 0);
    }
  }
  forward(filter);
  return ([re, im]) => {
    const wide: Row = [new Float64Array(size), new Float64Array(size)];
    wide[0].set(re);
    wide[1].set(im);
    multiply(wide, chirp, length, 1);
    forward(wide);
    multiply(wide, filter, size, 1);
    backward(wide);
    multiply(wide, chirp, length, 1 / size);
    re.set(wide[0].subarray(0, length));
    im.set(wide[1].subarray(0, length));
  };
}

/** Turns by half the square of each index, which is reduced first so that it stays exact. */
function chirpOf(length: number, sign: 1 | -1): Row {
  const angle = (i: number): number => (sign * Math.PI * ((i * i) % (2 * length))) / length;
  return [
    Float64Array.from({ length }, (_, i) => Math.cos(angle(i))),
    Float64Array.from({ length }, (_, i) => Math.sin(angle(i))),
  ];
}

function multiply([re, im]: Row, [byRe, byIm]: Row, count: number, scale: number): void {
  for (let i = 0; i < count; i++) {
    const [a, b, c, d] = [re[i] ?? 0, im[i] ?? 0, byRe[i] ?? 0, byIm[i] ?? 0];
    re[i] = (a * c - b * d) * scale;
    im[i] = (a * d + b * c) * scale;
  }
}
