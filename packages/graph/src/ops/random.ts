import { LimitError, MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import {
  elementOfBigInt,
  hostScalar,
  hostVector,
  integersOf,
  numberOf,
  onHost,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { type Distribution, draw, drawIntegers, reservedSteps } from '../random/distributions.ts';
import { type PhiloxStart, startOfSeeds } from '../random/philox.ts';
import { checkedShape, inputAt } from './define.ts';
import { hostGather } from './host/strided.ts';
import { variableOf } from './variables.ts';

/** A seed for ops that state none. */
function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** Seeds of a node; without any, each program draws other numbers. */
function seedsOf({ attrs }: OpNode): readonly [number, number] {
  const seed = attrs.int('seed');
  const seed2 = attrs.int('seed2');
  return seed === 0 && seed2 === 0 ? [freshSeed(), freshSeed()] : [seed, seed2];
}

/** Makes an op whose next call goes on where its last one ended. */
function streaming(kernelName: string, hasBounds: boolean): OpBuilder {
  return (node) => {
    const [seed, seed2] = seedsOf(node);
    let skip = 0;
    return (inputs) => {
      const shape = checkedShape(integersOf(inputAt(inputs, 0)));
      const attrs = { shape, seed, seed2, skip };
      skip += reservedSteps(sizeOf(shape));
      const [minval, maxval] = hasBounds ? inputs.slice(1).map(numberOf) : [];
      if (minval === undefined || maxval === undefined)
        return tf.engine().runKernel(kernelName, {}, attrs);
      requireRange(minval, maxval);
      return tf.engine().runKernel(kernelName, {}, { ...attrs, minval, maxval });
    };
  };
}

function requireRange(low: number, high: number): void {
  if (low < high) return;
  throw new MalformedError(`Need minval < maxval, got ${low} >= ${high}`);
}

/** Seeds of a draw that only depends on them. */
function seedPair(value: Value): readonly [number, number] {
  const words = Array.from(onHost(value, 'int64').data, (element) => Number(element as number));
  const [first = 0, second = 0] = words;
  return [first, second];
}

function filledFloats(
  distribution: Distribution,
  shape: readonly number[],
  start: PhiloxStart,
): tf.Tensor {
  const numbers = new Float32Array(sizeOf(shape));
  draw(distribution, numbers, start);
  return tf.tensor(numbers, [...shape], 'float32');
}

function filledIntegers(
  shape: readonly number[],
  start: PhiloxStart,
  [low, high]: readonly [number, number],
  dtype: GraphDType,
): HostTensor {
  requireRange(low, high);
  if (high - low > 2 ** 32) throw new LimitError('Integers of more than 32 bits are not drawn.');
  const numbers = new Int32Array(sizeOf(shape));
  drawIntegers(numbers, start, low, high);
  return new HostTensor(dtype, shape, numbers);
}

function stateless(distribution: Distribution): OpBuilder {
  return () => (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 0)));
    return filledFloats(distribution, shape, startOfSeeds(seedPair(inputAt(inputs, 1))));
  };
}

const statelessInteger: OpBuilder = (node) => {
  const [dtype = 'int32'] = node.outputTypes;
  return (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 0)));
    const bounds = [numberOf(inputAt(inputs, 2)), numberOf(inputAt(inputs, 3))] as const;
    return filledIntegers(shape, startOfSeeds(seedPair(inputAt(inputs, 1))), bounds, dtype);
  };
};

function words(value: bigint): readonly [number, number] {
  const bits = BigInt.asUintN(64, value);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

function bigints(value: Value): bigint[] {
  return Array.from(onHost(value, 'uint64').data, (element) => BigInt(element as bigint | number));
}

/** Start of the generator from a key and a counter. */
function startOfKey(key: Value, counter: Value): PhiloxStart {
  const [keyBits = 0n] = bigints(key);
  const [low = 0n, high = 0n] = bigints(counter);
  return { key: words(keyBits), counter: [...words(low), ...words(high)] };
}

/** Number of the algorithm Philox, and of "whatever the device likes", which on CPU is Philox. */
const PHILOX = 1;
const AUTOMATIC = 3;

function requirePhilox(algorithm: Value): void {
  const number = numberOf(algorithm);
  if (number === PHILOX || number === AUTOMATIC) return;
  throw new MalformedError(
    `Random numbers of algorithm ${number} are not drawn; only Philox (1) is.`,
  );
}

function keyed(distribution: Distribution): OpBuilder {
  return () => (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 0)));
    requirePhilox(inputAt(inputs, 3));
    return filledFloats(distribution, shape, startOfKey(inputAt(inputs, 1), inputAt(inputs, 2)));
  };
}

const keyedInteger: OpBuilder = (node) => {
  const [dtype = 'int32'] = node.outputTypes;
  return (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 0)));
    requirePhilox(inputAt(inputs, 3));
    const bounds = [numberOf(inputAt(inputs, 4)), numberOf(inputAt(inputs, 5))] as const;
    return filledIntegers(shape, startOfKey(inputAt(inputs, 1), inputAt(inputs, 2)), bounds, dtype);
  };
};

/** Key and counter that a pair of seeds stands for. */
const keyCounter: OpBuilder = () => (inputs) => {
  const { key, counter } = startOfSeeds(seedPair(inputAt(inputs, 0)));
  const join = ([low, high]: readonly number[]): Element =>
    elementOfBigInt((BigInt((high ?? 0) >>> 0) << 32n) | BigInt((low ?? 0) >>> 0));
  return [
    new HostTensor('uint64', [1], [join(key)]),
    new HostTensor('uint64', [2], [join(counter.slice(0, 2)), join(counter.slice(2))]),
  ];
};

/** State of a generator before a draw; the generator goes forward by 256 steps per number. */
function readAndSkip(variable: ReturnType<typeof variableOf>, delta: bigint): bigint[] {
  const state = bigints(variable.read());
  const [low = 0n, high = 0n] = state.map((word) => BigInt.asUintN(64, word));
  const counter = ((high << 64n) | low) + delta * 256n;
  const next = [BigInt.asUintN(64, counter), BigInt.asUintN(64, counter >> 64n), ...state.slice(2)];
  const data = next.map((word) => elementOfBigInt(BigInt.asIntN(64, word)));
  variable.assign(new HostTensor('int64', [data.length], data));
  return state;
}

/** Draws with the generator that a variable holds. */
function fromGenerator(distribution: Distribution): OpBuilder {
  return () => (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 2)));
    requirePhilox(inputAt(inputs, 1));
    const [low = 0n, high = 0n, key = 0n] = readAndSkip(
      variableOf(inputAt(inputs, 0)),
      BigInt(sizeOf(shape)),
    );
    const start: PhiloxStart = { key: words(key), counter: [...words(low), ...words(high)] };
    return filledFloats(distribution, shape, start);
  };
}

/** Shuffles the first axis. */
function shuffle(uniform: (count: number) => Float32Array): OpBuilder {
  return (node) => (inputs) => {
    const [dtype = 'float32'] = node.outputTypes;
    const x = inputAt(inputs, 0);
    const rows = onHost(x, dtype).shape[0] ?? 0;
    const order = Array.from({ length: rows }, (_, i) => i);
    const numbers = uniform(rows);
    for (let i = rows - 1; i > 0; i--) {
      const j = Math.floor((numbers[i] ?? 0) * (i + 1));
      [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
    }
    if (x instanceof tf.Tensor && x.dtype !== 'string') {
      return tf.tidy(() => tf.gather(x, tf.tensor1d(order, 'int32')));
    }
    return hostGather(onHost(x, dtype), hostVector(order), 0);
  };
}

/** Draws classes with the probabilities that logits say. */
function multinomial(
  uniform: (node: OpNode) => (inputs: readonly Value[], count: number) => Float32Array,
): OpBuilder {
  return (node) => {
    const [dtype = 'int64'] = node.outputTypes;
    const numbersFor = uniform(node);
    return (inputs) => {
      const logits = onHost(inputAt(inputs, 0), 'float32');
      const [rows = 0, classes = 0] = logits.shape;
      const count = numberOf(inputAt(inputs, 1));
      const shape = checkedShape([rows, count]);
      const numbers = numbersFor(inputs, sizeOf(shape));
      const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
        const row = Math.floor(i / count);
        const weights = Array.from({ length: classes }, (_unused, c) =>
          Number(logits.data[row * classes + c]),
        );
        return pick(weights, numbers[i] ?? 0);
      });
      return new HostTensor(dtype, shape, data);
    };
  };
}

function pick(logits: readonly number[], number: number): number {
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = number * total;
  const place = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return place < 0 ? weights.length - 1 : place;
}

function freshUniform(count: number): Float32Array {
  const numbers = new Float32Array(count);
  draw('uniform', numbers, startOfSeeds([freshSeed(), freshSeed()]));
  return numbers;
}

/** Ops that draw random numbers. */
export const randomOps: OpFamily = {
  RandomUniform: streaming('RandomUniform', false),
  RandomStandardNormal: streaming('RandomStandardNormal', false),
  TruncatedNormal: streaming('TruncatedNormal', false),
  RandomUniformInt: streaming('RandomUniformInt', true),
  RandomShuffle: shuffle(freshUniform),
  Multinomial: multinomial(() => (_, count) => freshUniform(count)),
  StatelessMultinomial: multinomial(() => (inputs, count) => {
    const numbers = new Float32Array(count);
    draw('uniform', numbers, startOfSeeds(seedPair(inputAt(inputs, 2))));
    return numbers;
  }),
  StatelessRandomUniform: stateless('uniform'),
  StatelessRandomNormal: stateless('normal'),
  StatelessTruncatedNormal: stateless('truncated_normal'),
  StatelessRandomUniformInt: statelessInteger,
  StatelessRandomUniformV2: keyed('uniform'),
  StatelessRandomNormalV2: keyed('normal'),
  StatelessTruncatedNormalV2: keyed('truncated_normal'),
  StatelessRandomUniformIntV2: keyedInteger,
  StatelessRandomGetAlg: () => () => hostScalar(PHILOX),
  StatelessRandomGetKeyCounter: keyCounter,
  StatelessRandomGetKeyCounterAlg: (node) => {
    const kernel = keyCounter(node) as (inputs: readonly Value[]) => readonly Value[];
    return (inputs) => [...kernel(inputs), hostScalar(PHILOX)];
  },
  StatefulUniform: fromGenerator('uniform'),
  StatefulStandardNormal: fromGenerator('normal'),
  StatefulStandardNormalV2: fromGenerator('normal'),
  StatefulTruncatedNormal: fromGenerator('truncated_normal'),
  RngReadAndSkip: () => (inputs) => {
    const [delta = 0n] = bigints(inputAt(inputs, 2));
    const state = readAndSkip(variableOf(inputAt(inputs, 0)), delta);
    return new HostTensor(
      'int64',
      [state.length],
      state.map((word) => elementOfBigInt(BigInt.asIntN(64, word))),
    );
  },
  RngSkip: () => (inputs) => {
    const [delta = 0n] = bigints(inputAt(inputs, 2));
    readAndSkip(variableOf(inputAt(inputs, 0)), delta);
    return [];
  },
};
