import type { NativeCall, Place } from './simd/native-call.ts';
import type { Numbers } from './typed-array-kernel.ts';

/** One number per channel. */
export type Channels = Float64Array;

/**
 * The loops over all elements of tensors whose last axis are the channels; `T` says where the elements are.
 */
export interface ChannelLoops<T> {
  /** Sums each channel. */
  sums(x: T, channels: number): Channels;
  /** Sums, per channel, the products of `a` with the distance of `b` from the mean. */
  products(a: T, b: T, mean: Channels): Channels;
  /** Writes `(x − mean) · factor + offset`. */
  normalize(x: T, by: readonly [mean: Channels, factor: Channels, offset: Channels], y: T): void;
  /** Writes `dy · factor + (x − mean) · slope + offset`. */
  normalizeGrad(
    dy: T,
    x: T,
    by: readonly [mean: Channels, factor: Channels, slope: Channels, offset: Channels],
    dx: T,
  ): void;
}

/** The loops over typed arrays. */
export const arrayLoops: ChannelLoops<Numbers> = {
  sums(x, channels) {
    const sums = new Float64Array(channels);
    for (let row = 0; row < x.length; row += channels) {
      for (let c = 0; c < channels; c++) sums[c] = (sums[c] ?? 0) + (x[row + c] ?? 0);
    }
    return sums;
  },
  products(a, b, mean) {
    const channels = mean.length;
    const sums = new Float64Array(channels);
    for (let row = 0; row < b.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        const i = row + c;
        sums[c] = (sums[c] ?? 0) + (a[i] ?? 0) * ((b[i] ?? 0) - (mean[c] ?? 0));
      }
    }
    return sums;
  },
  normalize(x, [mean, factor, offset], y) {
    const channels = mean.length;
    for (let row = 0; row < x.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        y[row + c] = ((x[row + c] ?? 0) - (mean[c] ?? 0)) * (factor[c] ?? 0) + (offset[c] ?? 0);
      }
    }
  },
  normalizeGrad(dy, x, [mean, factor, slope, offset], dx) {
    const channels = mean.length;
    for (let row = 0; row < x.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        const i = row + c;
        const distance = (x[i] ?? 0) - (mean[c] ?? 0);
        dx[i] = (dy[i] ?? 0) * (factor[c] ?? 0) + distance * (slope[c] ?? 0) + (offset[c] ?? 0);
      }
    }
  },
};

/** The loops in the memory of the wasm backend. */
export function nativeLoops({ simd, reserve, floats, doubles }: NativeCall): ChannelLoops<Place> {
  const rowsOf = ({ size }: Place, channels: number): number => size / channels;
  const put = (values: Channels): number => {
    const address = reserve(values.length);
    floats(address, values.length).set(values);
    return address;
  };
  return {
    sums(x, channels) {
      const sums = reserve(channels);
      if (x.size > 0) simd.columnSums(x.address, sums, rowsOf(x, channels), channels);
      return doubles(sums, channels).slice();
    },
    products(a, b, mean) {
      const channels = mean.length;
      const [means, sums] = [reserve(channels), reserve(channels)];
      doubles(means, channels).set(mean);
      const rows = rowsOf(b, channels);
      if (b.size > 0) simd.columnProducts(a.address, b.address, means, sums, rows, channels);
      return doubles(sums, channels).slice();
    },
    normalize(x, by, y) {
      if (x.size === 0) return;
      const channels = by[0].length;
      simd.normalize(x.address, ...by.map(put), y.address, rowsOf(x, channels), channels);
    },
    normalizeGrad(dy, x, by, dx) {
      if (x.size === 0) return;
      const channels = by[0].length;
      const places = [dy.address, x.address, ...by.map(put), dx.address];
      simd.normalizeGrad(...places, rowsOf(x, channels), channels);
    },
  };
}
