import * as tf from '@tensorflow/tfjs-core';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Hue, saturation and value, or red, green and blue: each without the axis of channels. */
type Channels = readonly [tf.Tensor, tf.Tensor, tf.Tensor];

function channelsOf(x: tf.Tensor): Channels {
  const [a = x, b = x, c = x] = tf.unstack(x, -1);
  return [a, b, c];
}

const joined = (channels: Channels): tf.Tensor => tf.stack([...channels], channels[0].rank);

/** Divides; where the divisor is zero the result is zero. */
function safeDivide(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const zero = tf.equal(b, 0);
  return tf.where(zero, tf.zerosLike(a), tf.div(a, tf.where(zero, tf.onesLike(b), b)));
}

/** Equals `tf.image.rgb_to_hsv`. */
function toHSV([r, g, b]: Channels): Channels {
  const value = tf.maximum(tf.maximum(r, g), b);
  const range = tf.sub(value, tf.minimum(tf.minimum(r, g), b));
  const norm = safeDivide(tf.fill(range.shape, 1 / 6), range);
  const fromGreen = tf.add(tf.mul(norm, tf.sub(b, r)), 2 / 6);
  const fromBlue = tf.add(tf.mul(norm, tf.sub(r, g)), 4 / 6);
  const fromRed = tf.mul(norm, tf.sub(g, b));
  const isRed = tf.equal(r, value);
  const other = tf.where(tf.equal(g, value), fromGreen, fromBlue);
  const raw = tf.where(isRed, fromRed, other);
  const hue = tf.where(tf.equal(range, 0), tf.zerosLike(raw), raw);
  const turned = tf.where(tf.less(hue, 0), tf.add(hue, 1), hue);
  return [turned, safeDivide(range, value), value];
}

/** Equals `tf.image.hsv_to_rgb`. */
function toRGB([h, s, v]: Channels): Channels {
  const sector = tf.mul(h, 6);
  const bump = (center: number, sign: 1 | -1): tf.Tensor => {
    const distance = tf.abs(tf.sub(sector, center));
    const raw = sign === 1 ? tf.sub(distance, 1) : tf.sub(2, distance);
    return tf.clipByValue(raw, 0, 1);
  };
  const rest = tf.sub(1, s);
  const channel = (weight: tf.Tensor): tf.Tensor => tf.mul(tf.add(rest, tf.mul(s, weight)), v);
  return [channel(bump(3, 1)), channel(bump(2, -1)), channel(bump(4, -1))];
}

const inHSV =
  (change: (hsv: Channels, args: SymbolArgs, x: tf.Tensor) => Channels): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    return joined(toRGB(change(toHSV(channelsOf(x)), args, x)));
  };

/** Turns hues; a whole turn changes nothing. */
const adjustHue = inHSV(([h, s, v], args, x) => {
  const turned = tf.add(h, args.tensor('delta', x));
  return [tf.sub(turned, tf.floor(turned)), s, v];
});

/** Returns the functions of colours by their names without `tf.`. */
export function colorSymbols(): readonly Entry[] {
  const converted =
    (convert: (channels: Channels) => Channels): SymbolFunction =>
    (input) =>
      joined(convert(channelsOf(toOperand(input))));
  return [
    ['image.rgb_to_hsv', converted(toHSV)],
    ['image.hsv_to_rgb', converted(toRGB)],
    ['image.adjust_hue', adjustHue],
  ];
}
