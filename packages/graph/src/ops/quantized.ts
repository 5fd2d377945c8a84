import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { integerBits } from '../executor/dtype.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { hostScalar, isHost, numberOf, onDevice, onHost, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';

/** Smallest and largest number of a type. */
function limitsOf(bits: number): readonly [low: number, high: number] {
  return bits < 0 ? [-(2 ** (-bits - 1)), 2 ** (-bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** Turns quantized numbers back into floats. */
const dequantize: OpBuilder = ({ attrs, inputTypes, where }) => {
  const [type = 'quint8'] = inputTypes;
  const bits = integerBits(type) ?? 8;
  const mode = attrs.string('mode');
  const axis = attrs.int('axis');
  const narrow = attrs.bool('narrow_range');
  if (axis !== -1) throw new UnsupportedError(`${where}: ranges per axis are not dequantized.`);
  return (inputs) => {
    const [low, high] = [numberOf(inputAt(inputs, 1)), numberOf(inputAt(inputs, 2))];
    const [least, most] = limitsOf(bits);
    const convert = conversion(mode, { low, high, least, most, narrow });
    const x = onHost(inputAt(inputs, 0), type);
    return new HostTensor(
      'float32',
      x.shape,
      Float32Array.from(x.data, (value) => convert(Number(value))),
    );
  };
};

interface Range {
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly most: number;
  readonly narrow: boolean;
}

function conversion(
  mode: string,
  { low, high, least, most, narrow }: Range,
): (value: number) => number {
  if (mode === 'SCALED') {
    const lowest = narrow && least < 0 ? least + 1 : least;
    const scale = Math.max(least < 0 ? low / lowest : 0, high / most);
    return (value) => value * scale;
  }
  const steps = most - least;
  const scale = (high - low) / steps;
  if (mode === 'MIN_FIRST') {
    const first = Math.round(low / scale) * scale;
    return (value) => (value - least) * scale + first;
  }
  const shift = least < 0 ? (steps + 1) / 2 : 0;
  return (value) => (value + shift) * scale + low;
}

/** Rounds to steps of a range and back; the gradient passes where the number is inside of the range. */
function fakeQuantize(
  x: tf.Tensor,
  low: tf.Tensor,
  high: tf.Tensor,
  steps: readonly [number, number],
): tf.Tensor {
  const [least, most] = steps;
  const scale = tf.div(tf.sub(high, low), most - least);
  const zero = tf.clipByValue(tf.round(tf.sub(least, tf.div(low, scale))), least, most);
  const nudgedLow = tf.mul(tf.sub(least, zero), scale);
  const nudgedHigh = tf.mul(tf.sub(most, zero), scale);
  const clamped = tf.minimum(tf.maximum(x, nudgedLow), nudgedHigh);
  // Half a step upwards and down again, as TensorFlow rounds here.
  const step = tf.floor(tf.add(tf.div(tf.sub(clamped, nudgedLow), scale), 0.5));
  const value = tf.add(tf.mul(step, scale), nudgedLow);
  return passThrough(value, clamped);
}

/** The first tensor, with the gradient of the second. */
function passThrough(value: tf.Tensor, carrier: tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({
    value: tf.clone(value),
    gradFunc: (dy: tf.Tensor) => tf.clone(dy),
  }))(carrier);
}

function fake(boundsOf: (inputs: readonly Value[]) => readonly [tf.Tensor, tf.Tensor]): OpBuilder {
  return ({ attrs }) => {
    const steps = [attrs.bool('narrow_range') ? 1 : 0, 2 ** attrs.int('num_bits') - 1] as const;
    return (inputs) =>
      tf.tidy(() => {
        const [low, high] = boundsOf(inputs);
        return fakeQuantize(onDevice(inputAt(inputs, 0)), low, high, steps);
      });
  };
}

const fromInputs = fake((inputs) => [onDevice(inputAt(inputs, 1)), onDevice(inputAt(inputs, 2))]);

interface Steps {
  readonly bits: number;
  readonly signed: boolean;
  readonly narrow: boolean;
  readonly halfUp: boolean;
}

/** Rounds to steps of a range that is symmetric about zero, and back. */
function quantizeSteps(x: tf.Tensor, low: number, high: number, steps: Steps): tf.Tensor {
  const [least, most] = limitsOf(steps.signed ? -steps.bits : steps.bits);
  const first = steps.narrow && steps.signed ? least + 1 : least;
  const scales = [first / low, most / high].filter((scale) => Number.isFinite(scale) && scale > 0);
  if (scales.length === 0) return tf.clone(x);
  const scale = Math.min(...scales);
  const clamped = tf.clipByValue(x, steps.signed ? first / scale : 0, most / scale);
  const scaled = tf.mul(clamped, scale);
  const rounded = steps.halfUp ? tf.floor(tf.add(scaled, 0.5)) : tf.round(scaled);
  return passThrough(tf.div(rounded, scale), clamped);
}

const quantizeAndDequantize: OpBuilder = ({ attrs, op, where }) => {
  const isFirst = op === 'QuantizeAndDequantize';
  const bitsAreInput = op === 'QuantizeAndDequantizeV3';
  const isGiven = attrs.bool('range_given');
  const steps = {
    signed: attrs.bool('signed_input'),
    narrow: !isFirst && attrs.bool('narrow_range'),
    halfUp: !isFirst && attrs.optionalString('round_mode') === 'HALF_UP',
  };
  if (!isFirst && attrs.int('axis') !== -1) {
    throw new UnsupportedError(`${where}: ranges per axis are not quantized.`);
  }
  return (inputs) => {
    const bits = bitsAreInput ? numberOf(inputAt(inputs, 3)) : attrs.int('num_bits');
    return tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const low = isGiven ? numberOf(inputAt(inputs, 1)) : Math.min(0, numberOf(tf.min(x)));
      const high = isGiven ? numberOf(inputAt(inputs, 2)) : Math.max(0, numberOf(tf.max(x)));
      return quantizeSteps(x, low, high, { ...steps, bits });
    });
  };
};

/** Turns floats into quantized numbers. */
const quantize: OpBuilder = ({ attrs, outputTypes, where }) => {
  const [type = 'quint8'] = outputTypes;
  const mode = attrs.string('mode');
  if (attrs.int('axis') !== -1 || mode === 'SCALED')
    throw new UnsupportedError(`${where}: only whole ranges are quantized.`);
  return (inputs) => {
    const bits = integerBits(type) ?? 8;
    const [least, most] = limitsOf(bits);
    const low = Math.min(0, numberOf(inputAt(inputs, 1)));
    const high = Math.max(numberOf(inputAt(inputs, 2)), low + 0.01);
    const scale = (most - least) / (high - low);
    const x = inputAt(inputs, 0);
    const data = Array.from(onHost(x, 'float32').data, (value) => {
      const moved = (Number(value) - low) * scale;
      const rounded =
        Math.sign(moved) * Math.round(Math.abs(moved)) +
        (mode === 'MIN_FIRST' || bits > 0 ? least : -((most - least + 1) / 2));
      return Math.min(Math.max(rounded, least), most);
    });
    const shape = isHost(x) ? x.shape : onDevice(x).shape;
    return [
      new HostTensor(type, shape, data),
      hostScalar(low, 'float32'),
      hostScalar(high, 'float32'),
    ];
  };
};

/** Ops of quantized numbers. */
export const quantizedOps: OpFamily = {
  Dequantize: dequantize,
  QuantizeV2: quantize,
  FakeQuantWithMinMaxArgs: (node) => {
    const bounds = [node.attrs.float('min'), node.attrs.float('max')] as const;
    return fake(() => [tf.scalar(bounds[0]), tf.scalar(bounds[1])])(node);
  },
  FakeQuantWithMinMaxVars: fromInputs,
  FakeQuantWithMinMaxVarsPerChannel: fromInputs,
  QuantizeAndDequantize: quantizeAndDequantize,
  QuantizeAndDequantizeV2: quantizeAndDequantize,
  QuantizeAndDequantizeV3: quantizeAndDequantize,
  QuantizeAndDequantizeV4: quantizeAndDequantize,
};
