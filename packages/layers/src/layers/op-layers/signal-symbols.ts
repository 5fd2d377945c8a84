import * as tf from '@tensorflow/tfjs-core';
import { complexOf } from '../../engine/complex-parts.ts';
import { cosineTransform } from './cosine-transform.ts';
import { fitLast, realInverse, realTransform, transformed } from './fourier.ts';
import { concreteSizes } from './shape-values.ts';
import { type SymbolArgs, type SymbolFunction, sizesIn, toOperand } from './symbol-args.ts';
import {
  hamming,
  hann,
  kaiser,
  kaiserBesselDerived,
  vorbis,
  type Window,
  windowOf,
} from './window-functions.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const lengthOf = (args: SymbolArgs, name: string): number => args.numbers(name)[0] ?? 1;

/** Cuts an axis into frames, which may overlap. */
function framesOf(
  x: tf.Tensor,
  size: number,
  step: number,
  { axis = -1, padEnd = false, padding = 0 }: { axis?: number; padEnd?: boolean; padding?: number },
): tf.Tensor {
  const place = axis < 0 ? axis + x.rank : axis;
  const length = x.shape[place] ?? 0;
  const count = padEnd
    ? Math.ceil(length / step)
    : Math.max(0, 1 + Math.floor((length - size) / step));
  const missing = Math.max(0, (count - 1) * step + size - length);
  const pads = x.shape.map((_, i): [number, number] => [0, i === place ? missing : 0]);
  const padded = padEnd && missing > 0 ? tf.pad(x, pads, padding) : x;
  const indices = Array.from(
    { length: count * size },
    (_, i) => Math.floor(i / size) * step + (i % size),
  );
  return tf.gather(padded, tf.tensor2d(indices, [count, size], 'int32'), place);
}

function frame(input: unknown, args: SymbolArgs): tf.Tensor {
  return framesOf(toOperand(input), lengthOf(args, 'frame_length'), lengthOf(args, 'frame_step'), {
    axis: args.number('axis', -1),
    padEnd: args.flag('pad_end'),
    padding: args.number('pad_value', 0),
  });
}

/** Adds frames up, each a step behind the one before. */
function overlapAndAdd(x: tf.Tensor, step: number): tf.Tensor {
  const [count = 0, size = 0] = x.shape.slice(-2);
  const outer = x.shape.slice(0, -2);
  const rows = tf.util.sizeFromShape(outer);
  const flat = tf.transpose(tf.reshape(x, [rows, count * size]));
  const ids = Array.from(
    { length: count * size },
    (_, i) => Math.floor(i / size) * step + (i % size),
  );
  const length = count === 0 ? 0 : (count - 1) * step + size;
  const sums = tf.unsortedSegmentSum(flat, tf.tensor1d(ids, 'int32'), length);
  return tf.reshape(tf.transpose(sums), [...outer, length]);
}

const weighted = (x: tf.Tensor, window: Window | null): tf.Tensor =>
  window === null ? x : tf.mul(x, tf.tensor1d(window(x.shape.at(-1) ?? 1)));

/** The window of a call: one by default, none where the config has null. */
function windowIn(args: SymbolArgs, fallback: Window): Window | null {
  if (!args.has('window_fn')) return fallback;
  const given = args.raw('window_fn');
  return given === null ? null : windowOf(given);
}

const nextPower = (n: number): number => 2 ** Math.ceil(Math.log2(n));

function fftLength(args: SymbolArgs): number {
  const given = args.raw('fft_length');
  return given === null ? nextPower(lengthOf(args, 'frame_length')) : lengthOf(args, 'fft_length');
}

const shortTime: SymbolFunction = (input, args) => {
  const size = lengthOf(args, 'frame_length');
  const step = lengthOf(args, 'frame_step');
  const frames = framesOf(toOperand(input), size, step, { padEnd: args.flag('pad_end') });
  return complexOf(realTransform(weighted(frames, windowIn(args, hann())), [fftLength(args)]));
};

const inverseShortTime: SymbolFunction = (input, args) => {
  const size = lengthOf(args, 'frame_length');
  const frames = fitLast(realInverse(toOperand(input), [fftLength(args)]), [size]);
  return overlapAndAdd(weighted(frames, windowIn(args, hann())), lengthOf(args, 'frame_step'));
};

const discreteCosine = (inverse: boolean): SymbolFunction => {
  return (input, args) => {
    const given = args.number('type', 2);
    const type = inverse ? ([1, 1, 3, 2, 4][given] ?? given) : given;
    const x = toOperand(input);
    const length = args.raw('n') === null ? (x.shape.at(-1) ?? 0) : args.number('n', 0);
    return cosineTransform(fitLast(x, [length]), type, args.raw('norm') === 'ortho');
  };
};

const mirrorOf = (x: tf.Tensor): tf.Tensor => tf.reverse(x, -1);

const lapped: SymbolFunction = (input, args) => {
  const size = lengthOf(args, 'frame_length');
  const frames = framesOf(toOperand(input), size, size / 2, { padEnd: args.flag('pad_end') });
  const scaled = weighted(frames, windowIn(args, vorbis));
  const [a = scaled, b = a, c = a, d = a] = tf.split(scaled, 4, -1);
  const folded = tf.concat([tf.neg(tf.add(mirrorOf(c), d)), tf.sub(a, mirrorOf(b))], -1);
  return cosineTransform(folded, 4, args.raw('norm') === 'ortho');
};

const inverseLapped: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const half = x.shape.at(-1) ?? 0;
  const ortho = args.raw('norm') === 'ortho';
  const back = cosineTransform(x, 4, ortho);
  const folded = ortho ? back : tf.mul(back, 0.5 / half);
  const [first = x, second = x] = tf.split(folded, 2, -1);
  const frames = tf.concat(
    [second, tf.neg(mirrorOf(second)), tf.neg(mirrorOf(first)), tf.neg(first)],
    -1,
  );
  return overlapAndAdd(weighted(frames, windowIn(args, vorbis)), half);
};

const shifted = (sign: 1 | -1): SymbolFunction => {
  return (input, args) => {
    const x = toOperand(input);
    const axes = [args.axes('axes') ?? x.shape.map((_, axis) => axis)].flat();
    return axes.reduce((all, given) => {
      const axis = given < 0 ? given + x.rank : given;
      const size = x.shape[axis] ?? 1;
      const head = sign === 1 ? Math.ceil(size / 2) : Math.floor(size / 2);
      if (head === 0 || head === size) return all;
      const [first = all, second = all] = tf.split(all, [head, size - head], axis);
      return tf.concat([second, first], axis);
    }, x);
  };
};

const windowOfLength =
  (make: (args: SymbolArgs) => Window): SymbolFunction =>
  (input, args) => {
    const [length = 0] = concreteSizes(sizesIn(input, 'window_length'));
    return tf.tensor1d(make(args)(length));
  };

const complexTransform =
  (axes: number, inverse: boolean): SymbolFunction =>
  (input) =>
    transformed(toOperand(input), axes, inverse);

/** Lengths of the axes of a transform: those that are asked for, or those of the input. */
function lengthsOf(args: SymbolArgs, own: readonly number[]): number[] {
  return args.raw('fft_length') === null ? [...own] : args.numbers('fft_length');
}

const forwardReal =
  (axes: number): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    return complexOf(realTransform(x, lengthsOf(args, x.shape.slice(-axes))));
  };

const backwardReal =
  (axes: number): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    const own = x.shape.slice(-axes);
    return realInverse(x, lengthsOf(args, [...own.slice(0, -1), 2 * ((own.at(-1) ?? 1) - 1)]));
  };

const cepstrum: SymbolFunction = (input) => {
  const x = toOperand(input);
  return tf.div(cosineTransform(x, 2, false), Math.sqrt(2 * (x.shape.at(-1) ?? 1)));
};

/** Returns the functions of `tf.signal` by their names without `tf.`. */
export function signalSymbols(): readonly Entry[] {
  const periodic = (args: SymbolArgs): boolean => args.raw('periodic') !== false;
  const beta = (args: SymbolArgs): number => args.number('beta', 12);
  const dimensions = [1, 2, 3].flatMap((axes): Entry[] => {
    const name = axes === 1 ? '' : `${axes}d`;
    return [
      [`signal.fft${name}`, complexTransform(axes, false)],
      [`signal.ifft${name}`, complexTransform(axes, true)],
      [`signal.rfft${name}`, forwardReal(axes)],
      [`signal.irfft${name}`, backwardReal(axes)],
    ];
  });
  return [
    ...dimensions,
    ['signal.frame', frame],
    [
      'signal.overlap_and_add',
      (input, args) => overlapAndAdd(toOperand(input), lengthOf(args, 'frame_step')),
    ],
    ['signal.stft', shortTime],
    ['signal.inverse_stft', inverseShortTime],
    ['signal.dct', discreteCosine(false)],
    ['signal.idct', discreteCosine(true)],
    ['signal.mdct', lapped],
    ['signal.inverse_mdct', inverseLapped],
    ['signal.mfccs_from_log_mel_spectrograms', cepstrum],
    ['signal.fftshift', shifted(1)],
    ['signal.ifftshift', shifted(-1)],
    ['signal.hann_window', windowOfLength((args) => hann(periodic(args)))],
    ['signal.hamming_window', windowOfLength((args) => hamming(periodic(args)))],
    ['signal.kaiser_window', windowOfLength((args) => kaiser(beta(args)))],
    [
      'signal.kaiser_bessel_derived_window',
      windowOfLength((args) => kaiserBesselDerived(beta(args))),
    ],
    ['signal.vorbis_window', windowOfLength(() => vorbis)],
  ];
}
