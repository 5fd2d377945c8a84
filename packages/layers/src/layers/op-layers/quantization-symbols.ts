import * as tf from '@tensorflow/tfjs-core';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** A range that has been moved so that zero is one of its steps, and the size of a step. */
interface Nudged {
  readonly low: tf.Tensor;
  readonly high: tf.Tensor;
  readonly step: tf.Tensor;
}

function nudge(low: tf.Tensor, high: tf.Tensor, args: SymbolArgs): Nudged {
  const first = args.flag('narrow_range') ? 1 : 0;
  const last = 2 ** args.number('num_bits', 8) - 1;
  const step = tf.div(tf.sub(high, low), last - first);
  const zero = tf.sub(first, tf.div(low, step));
  const place = tf.clipByValue(tf.floor(tf.add(zero, 0.5)), first, last);
  return {
    low: tf.mul(tf.sub(first, place), step),
    high: tf.mul(tf.sub(last, place), step),
    step,
  };
}

/** Rounds to the steps of a range; gradients pass inside of it, and go to its ends from outside. */
function fakeQuantized(x: tf.Tensor, low: tf.Tensor, high: tf.Tensor, args: SymbolArgs): tf.Tensor {
  const sumTo = (dy: tf.Tensor, shape: readonly number[]): tf.Tensor => {
    const axes = dy.shape.map((_, axis) => axis).slice(0, dy.rank - shape.length);
    return tf.reshape(tf.sum(dy, axes), [...shape]);
  };
  const quantize = tf.customGrad((...all) => {
    const [input, min, max, save] = all as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const range = nudge(min, max, args);
    save([input, range.low, range.high]);
    const clipped = tf.minimum(tf.maximum(input, range.low), range.high);
    const steps = tf.floor(tf.add(tf.div(tf.sub(clipped, range.low), range.step), 0.5));
    return {
      value: tf.add(tf.mul(steps, range.step), range.low),
      gradFunc: (dy: tf.Tensor, [given = dy, least = dy, most = dy]: tf.Tensor[]) => {
        const below = tf.cast(tf.less(given, least), 'float32');
        const above = tf.cast(tf.greater(given, most), 'float32');
        return [
          tf.mul(dy, tf.sub(1, tf.add(below, above))),
          sumTo(tf.mul(dy, below), min.shape),
          sumTo(tf.mul(dy, above), max.shape),
        ];
      },
    };
  });
  return quantize(x, low, high);
}

const withNumbers: SymbolFunction = (input, args) => {
  const [low, high] = [tf.scalar(args.number('min', -6)), tf.scalar(args.number('max', 6))];
  return fakeQuantized(toOperand(input), low, high, args);
};

const withTensors: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  return fakeQuantized(x, args.tensor('min', x), args.tensor('max', x), args);
};

/** Rounds to whole multiples of a step and back; gradients pass through. */
const quantizeAndBack: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const given = args.flag('range_given');
  const axis = args.raw('axis');
  const axes =
    typeof axis === 'number' && axis >= 0
      ? x.shape.map((_, i) => i).filter((i) => i !== axis)
      : undefined;
  const low = given ? args.tensor('input_min', x) : tf.min(x, axes, axes !== undefined);
  const high = given ? args.tensor('input_max', x) : tf.max(x, axes, axes !== undefined);
  const signed = args.raw('signed_input') !== false;
  const bits = args.number('num_bits', 8);
  const least = signed ? -(2 ** (bits - 1)) + (args.flag('narrow_range') ? 1 : 0) : 0;
  const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const fromLow = tf.mul(least, low);
  const positive = tf.greater(fromLow, 0);
  const byLow = tf.where(
    positive,
    tf.div(least, tf.where(positive, low, tf.onesLike(low))),
    tf.fill(low.shape, 3.4e38),
  );
  const isHigh = tf.greater(high, 0);
  const byHigh = tf.where(
    isHigh,
    tf.div(most, tf.where(isHigh, high, tf.onesLike(high))),
    tf.fill(high.shape, 3.4e38),
  );
  const scale = tf.minimum(byLow, byHigh);
  const passes = tf.customGrad((...all) => {
    const [value, save] = all as unknown as [tf.Tensor, tf.GradSaveFunc];
    const clipped = tf.minimum(tf.maximum(value, tf.div(least, scale)), tf.div(most, scale));
    const scaled = tf.mul(clipped, scale);
    const rounded =
      args.text('round_mode', 'HALF_TO_EVEN') === 'HALF_UP'
        ? tf.floor(tf.add(scaled, 0.5))
        : tf.round(scaled);
    const inside = tf.logicalAnd(
      tf.lessEqual(value, tf.div(most, scale)),
      tf.greaterEqual(value, tf.div(least, scale)),
    );
    save([tf.cast(inside, 'float32')]);
    return {
      value: tf.div(rounded, scale),
      gradFunc: (dy: tf.Tensor, [mask = dy]: tf.Tensor[]) => tf.mul(dy, mask),
    };
  });
  return passes(x);
};

/** Returns the functions that round as quantised numbers do, by their names without `tf.`. */
export function quantizationSymbols(): readonly Entry[] {
  return [
    ['quantization.fake_quant_with_min_max_args', withNumbers],
    ['quantization.fake_quant_with_min_max_vars', withTensors],
    ['quantization.fake_quant_with_min_max_vars_per_channel', withTensors],
    ['quantization.quantize_and_dequantize', quantizeAndBack],
    ['quantize_and_dequantize_v4', quantizeAndBack],
    ['quantization.quantize_and_dequantize_v2', quantizeAndBack],
  ];
}
