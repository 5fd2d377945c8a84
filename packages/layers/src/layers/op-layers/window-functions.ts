import { UnsupportedError } from '@km/core';
import { besselIe } from '@km/graph';

/** A window: its weights for a length. */
export type Window = (length: number) => number[];

const raised =
  (a: number, b: number, periodic: boolean): Window =>
  (length) => {
    if (length === 1) return [1];
    const span = length - 1 + (periodic && length % 2 === 0 ? 1 : 0);
    return Array.from({ length }, (_, i) => a - b * Math.cos((2 * Math.PI * i) / span));
  };

/** Equals `tf.signal.hann_window`. */
export const hann = (periodic: boolean = true): Window => raised(0.5, 0.5, periodic);

/** Equals `tf.signal.hamming_window`. */
export const hamming = (periodic: boolean = true): Window => raised(0.54, 0.46, periodic);

/** Equals `tf.signal.kaiser_window`. */
export const kaiser =
  (beta: number = 12): Window =>
  (length) => {
    if (length === 1) return [1];
    const middle = (length - 1) / 2;
    const bessel = (x: number): number => besselIe(0, x) * Math.exp(x - beta);
    return Array.from({ length }, (_, i) => {
      const root = Math.sqrt(Math.max(0, 1 - ((i - middle) / middle) ** 2));
      return bessel(beta * root) / bessel(beta);
    });
  };

/** Equals `tf.signal.kaiser_bessel_derived_window`. */
export const kaiserBesselDerived =
  (beta: number = 12): Window =>
  (length) => {
    let sum = 0;
    const sums = kaiser(beta)(Math.floor(length / 2) + 1).map((value) => {
      sum += value;
      return sum;
    });
    const half = sums.slice(0, -1).map((value) => Math.sqrt(value / sum));
    return [...half, ...[...half].reverse()];
  };

/** Equals `tf.signal.vorbis_window`. */
export const vorbis: Window = (length) =>
  Array.from({ length }, (_, i) =>
    Math.sin((Math.PI / 2) * Math.sin((Math.PI / length) * (i + 0.5)) ** 2),
  );

const NAMED: ReadonlyMap<unknown, Window> = new Map<unknown, Window>([
  ['hann_window', hann()],
  ['hamming_window', hamming()],
  ['kaiser_window', kaiser()],
  ['kaiser_bessel_derived_window', kaiserBesselDerived()],
  ['vorbis_window', vorbis],
]);

/** The window that a config names. @throws UnsupportedError for functions that have no name of TensorFlow's. */
export function windowOf(given: unknown): Window {
  const found = NAMED.get(given);
  if (found !== undefined) return found;
  throw new UnsupportedError(
    `The window function ${String(given)} is not one of tf.signal; configs keep no other functions.`,
  );
}
