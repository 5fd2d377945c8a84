import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { isComplex, isFloat } from '../executor/dtype.ts';
import type { Element } from '../executor/host-tensor.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import {
  isHost,
  isHostInteger,
  onDevice,
  onHost,
  release,
  share,
  type Value,
} from '../executor/values.ts';
import { complexBinary } from './complex.ts';
import { inputAt } from './define.ts';
import {
  type BinaryRule,
  broadcastPair,
  hostBinary,
  hostCompare,
  larger,
  sameElement,
  smaller,
} from './host/elementwise.ts';

type Device = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Most elements of floats that are computed in JavaScript when both operands lie there. */
const MAX_HOST_FLOATS = 64;

/** True when an op computes in JavaScript: because its type needs it, or because its operands are there already. */
function computesOnHost(node: OpNode, inputs: readonly Value[]): boolean {
  const [type = 'unknown'] = node.inputTypes;
  if (isHostInteger(type)) return true;
  if (!inputs.every(isHost)) return false;
  return !isFloat(type) || inputs.every((input) => isHost(input) && input.size <= MAX_HOST_FLOATS);
}

function arithmetic(device: Device, rule: BinaryRule): OpBuilder {
  return (node) => {
    const [type = 'unknown'] = node.outputTypes;
    if (isComplex(type)) return complexBinary(node.op);
    if (type === 'string')
      return ([a, b]) => joinStrings(onHost(a ?? none(), type), onHost(b ?? none(), type));
    return (inputs) => {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      if (computesOnHost(node, inputs))
        return hostBinary(rule, onHost(a, type), onHost(b, type), type);
      return device(onDevice(a), onDevice(b));
    };
  };
}

/** Arithmetic of integers that tfjs does differently: it always happens in JavaScript. */
function integerOnHost(device: Device, rule: BinaryRule, floats: BinaryRule = rule): OpBuilder {
  const onFloats = arithmetic(device, floats);
  return (node) => {
    const [type = 'unknown'] = node.outputTypes;
    if (isFloat(type) || isComplex(type)) return onFloats(node);
    return (inputs) =>
      hostBinary(rule, onHost(inputAt(inputs, 0), type), onHost(inputAt(inputs, 1), type), type);
  };
}

function comparison(device: Device, compare: (a: Element, b: Element) => boolean): OpBuilder {
  return (node) => {
    const [type = 'unknown'] = node.inputTypes;
    if (isComplex(type)) return complexBinary(node.op);
    const onHostOnly = type === 'string';
    return (inputs) => {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      if (onHostOnly || computesOnHost(node, inputs)) {
        return hostCompare(compare, onHost(a, type), onHost(b, type));
      }
      return device(onDevice(a), onDevice(b));
    };
  };
}

function none(): never {
  throw new MalformedError('An op lacks an input.');
}

function joinStrings(a: HostTensor, b: HostTensor): HostTensor {
  const { shape, left, right } = broadcastPair(a, b);
  const data = Array.from({ length: left.length }, (_, i) =>
    Uint8Array.from([...(left[i] as Uint8Array), ...(right[i] as Uint8Array)]),
  );
  return new HostTensor('string', shape, data);
}

const addition: BinaryRule = { numbers: (a, b) => a + b, integers: (a, b) => a + b };
const subtraction: BinaryRule = { numbers: (a, b) => a - b, integers: (a, b) => a - b };
const multiplication: BinaryRule = { numbers: (a, b) => a * b, integers: (a, b) => a * b };
const truncatedDivision: BinaryRule = {
  numbers: (a, b) => Math.trunc(a / nonZero(b)),
  integers: (a, b) => a / b,
};
const flooredDivision: BinaryRule = {
  numbers: (a, b) => Math.floor(a / nonZero(b)),
  integers: (a, b) => (a - floorMod(a, b)) / b,
};
const truncatedRest: BinaryRule = { numbers: (a, b) => a % nonZero(b), integers: (a, b) => a % b };
const flooredRest: BinaryRule = {
  numbers: (a, b) => a - Math.floor(a / nonZero(b)) * b,
  integers: floorMod,
};

function nonZero(divisor: number): number {
  if (divisor !== 0) return divisor;
  throw new MalformedError('Integer division by zero');
}

function floorMod(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new MalformedError('Integer division by zero');
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function power(base: number, exponent: number): number {
  if (exponent < 0) {
    throw new MalformedError('Integers to negative integer powers are not allowed');
  }
  return base ** exponent;
}

function compareOrder(a: Element, b: Element): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const truncate: Device = (a, b) => {
  const quotient = tf.div(a, b);
  return tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)));
};

const bothZeroSafe: (compute: Device) => Device = (compute) => (a, b) =>
  tf.tidy(() => {
    const isZero = tf.equal(a, 0);
    return tf.where(isZero, tf.zerosLike(b), compute(tf.where(isZero, tf.onesLike(b), a), b));
  });

const divNoNan: Device = (a, b) =>
  tf.tidy(() => {
    const isZero = tf.equal(b, 0);
    const quotient = tf.div(a, tf.where(isZero, tf.onesLike(b), b));
    return tf.where(isZero, tf.zerosLike(quotient), quotient);
  });

const mulNoNan: Device = (a, b) =>
  tf.tidy(() => {
    const isZero = tf.equal(b, 0);
    const product = tf.mul(tf.where(isZero, tf.zerosLike(a), a), b);
    return product;
  });

const realDivision = integerOnHost(tf.div, {
  numbers: (a, b) => a / b,
  integers: (a, b) => a / b,
});

/** Arithmetic of two tensors. */
const arithmeticOps: OpFamily = {
  Add: arithmetic(tf.add, addition),
  AddV2: arithmetic(tf.add, addition),
  Sub: arithmetic(tf.sub, subtraction),
  Mul: arithmetic(tf.mul, multiplication),
  RealDiv: realDivision,
  Div: (node) =>
    isFloat(node.outputTypes[0] ?? 'unknown') || isComplex(node.outputTypes[0] ?? 'unknown')
      ? realDivision(node)
      : integerOnHost(tf.div, truncatedDivision)(node),
  TruncateDiv: integerOnHost((a, b) => tf.tidy(() => truncate(a, b)), truncatedDivision, {
    numbers: (a, b) => Math.trunc(a / b),
  }),
  FloorDiv: integerOnHost((a, b) => tf.tidy(() => tf.floor(tf.div(a, b))), flooredDivision, {
    numbers: (a, b) => Math.floor(a / b),
  }),
  Mod: integerOnHost(floatRest, truncatedRest, { numbers: (a, b) => a % b }),
  TruncateMod: integerOnHost(floatRest, truncatedRest, { numbers: (a, b) => a % b }),
  FloorMod: integerOnHost(tf.mod, flooredRest, { numbers: (a, b) => a - Math.floor(a / b) * b }),
  Pow: integerOnHost(
    tf.pow,
    { numbers: power, integers: (a, b) => a ** b },
    { numbers: (a, b) => a ** b },
  ),
  Maximum: arithmetic(tf.maximum, {
    numbers: Math.max,
    integers: larger,
  }),
  Minimum: arithmetic(tf.minimum, {
    numbers: Math.min,
    integers: smaller,
  }),
  SquaredDifference: arithmetic(tf.squaredDifference, {
    numbers: (a, b) => (a - b) ** 2,
    integers: (a, b) => (a - b) ** 2n,
  }),
  DivNoNan: arithmetic(divNoNan, { numbers: (a, b) => (b === 0 ? 0 : a / b) }),
  MulNoNan: arithmetic(mulNoNan, { numbers: (a, b) => (b === 0 ? 0 : a * b) }),
  Atan2: arithmetic(tf.atan2, { numbers: Math.atan2 }),
  Xdivy: arithmetic(bothZeroSafe(tf.div), { numbers: (a, b) => (a === 0 ? 0 : a / b) }),
  Xlogy: arithmetic(
    bothZeroSafe((a, b) => tf.mul(a, tf.log(b))),
    { numbers: (a, b) => (a === 0 ? 0 : a * Math.log(b)) },
  ),
  Xlog1py: arithmetic(
    bothZeroSafe((a, b) => tf.mul(a, tf.log1p(b))),
    { numbers: (a, b) => (a === 0 ? 0 : a * Math.log1p(b)) },
  ),
};

function floatRest(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sub(a, tf.mul(b, truncate(a, b))));
}

const bits = (integers: (a: bigint, b: bigint) => bigint): OpBuilder =>
  integerOnHost(tf.add, { numbers: () => Number.NaN, integers });

/** Bits of two integer tensors. */
const bitOps: OpFamily = {
  BitwiseAnd: bits((a, b) => a & b),
  BitwiseOr: bits((a, b) => a | b),
  BitwiseXor: bits((a, b) => a ^ b),
  LeftShift: bits((a, b) => a << b),
  RightShift: bits((a, b) => a >> b),
};

/** Comparisons and logic of two tensors. */
const comparisonOps: OpFamily = {
  Equal: comparison(tf.equal, sameElement),
  NotEqual: comparison(tf.notEqual, (a, b) => !sameElement(a, b)),
  Less: comparison(tf.less, (a, b) => compareOrder(a, b) < 0),
  LessEqual: comparison(tf.lessEqual, (a, b) => a <= b),
  Greater: comparison(tf.greater, (a, b) => compareOrder(a, b) > 0),
  GreaterEqual: comparison(tf.greaterEqual, (a, b) => a >= b),
  LogicalAnd: comparison(tf.logicalAnd, (a, b) => a === 1 && b === 1),
  LogicalOr: comparison(tf.logicalOr, (a, b) => a === 1 || b === 1),
  ApproximateEqual: (node) => {
    const tolerance = node.attrs.float('tolerance');
    return ([a, b]) =>
      tf.tidy(() =>
        tf.less(tf.abs(tf.sub(onDevice(a ?? none()), onDevice(b ?? none()))), tolerance),
      );
  },
};

/** Adds up any number of tensors. */
const addN: OpBuilder = (node) => {
  const add = arithmetic(tf.add, addition)(node) as Kernel;
  return (inputs, run) => {
    if (inputs.length === 1) return share(inputAt(inputs, 0));
    return inputs.slice(1).reduce<Value>(
      (sum, value) => {
        const next = add([sum, value], run) as Value;
        if (!inputs.includes(sum)) release(sum);
        return next;
      },
      inputAt(inputs, 0),
    );
  };
};

/** Ops of more than two operands. */
const severalOps: OpFamily = {
  AddN: addN,
  AccumulateNV2: addN,
  ClipByValue: () => (inputs) =>
    tf.tidy(() =>
      tf.minimum(
        tf.maximum(onDevice(inputAt(inputs, 0)), onDevice(inputAt(inputs, 1))),
        onDevice(inputAt(inputs, 2)),
      ),
    ),
};

/** Ops of two operands that broadcast, and sums of any number. */
export const binaryOps: OpFamily = {
  ...arithmeticOps,
  ...bitOps,
  ...comparisonOps,
  ...severalOps,
};
