import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  deviceDType,
  type GraphDType,
  integerBits,
  isComplex,
  isFloat,
  isInteger,
} from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  elementsOf,
  isHost,
  isHostInteger,
  onDevice,
  onHost,
  share,
  type Value,
} from '../executor/values.ts';
import { complexResult, pairOf } from './complex.ts';
import { inputAt } from './define.ts';
import { hostMap, wrapInteger } from './host/elementwise.ts';

/** Smallest int32, which TensorFlow makes of what no int32 can hold. */
const OVERFLOW = -(2 ** 31);

function castElement(element: Element, to: GraphDType): Element {
  if (element instanceof Uint8Array) throw new UnsupportedError('Strings are not cast.');
  if (to === 'bool') return Number(element) === 0 ? 0 : 1;
  if (isFloat(to)) return Math.fround(Number(element));
  const bits = integerBits(to) ?? -32;
  if (typeof element === 'bigint' || Number.isSafeInteger(element))
    return wrapInteger(element, bits);
  const whole = Math.trunc(element);
  if (!Number.isFinite(element)) return bits === -32 ? OVERFLOW : 0;
  if (bits === -32 && (whole < OVERFLOW || whole >= -OVERFLOW)) return OVERFLOW;
  return wrapInteger(Number.isSafeInteger(whole) ? whole : BigInt(whole), bits);
}

/** Casts a tensor of a backend. Values only matter where types become narrower. */
function castTensor(x: tf.Tensor, from: GraphDType, to: GraphDType): Value {
  const device = deviceDType(to);
  if (to === 'bool') return x.dtype === 'bool' ? tf.clone(x) : tf.tidy(() => tf.notEqual(x, 0));
  if (isInteger(to) && (isFloat(from) || isHostInteger(to))) {
    const fits =
      from === 'bool' || (isInteger(from) && Math.abs(bitsOf(from)) < Math.abs(bitsOf(to)));
    if (fits || from === to || (to === 'int64' && from === 'int32')) return tf.cast(x, device);
    return hostMap(onHost(x, from), to, (element) => castElement(element, to));
  }
  return x.dtype === device ? tf.clone(x) : tf.cast(x, device);
}

function bitsOf(dtype: GraphDType): number {
  return integerBits(dtype) ?? 0;
}

const cast: OpBuilder = (node) => {
  const [from = 'float32'] = node.inputTypes;
  const [to = 'float32'] = node.outputTypes;
  if (from === to) return { outputs: [0] };
  if (isComplex(to)) {
    return (inputs) =>
      complexResult(() => {
        const [real, imag] = pairOf(inputAt(inputs, 0));
        return [tf.cast(real, 'float32'), tf.cast(imag, 'float32')];
      });
  }
  return (inputs) => {
    const x = inputAt(inputs, 0);
    if (x instanceof ComplexTensor) return tf.clone(x.real);
    if (isHost(x)) return hostMap(x, to, (element) => castElement(element, to));
    return castTensor(onDevice(x), from, to);
  };
};

type Words = new (buffer: ArrayBuffer) => ArrayLike<number> | BigInt64Array | BigUint64Array;

const WORDS: ReadonlyMap<GraphDType, Words> = new Map<GraphDType, Words>([
  ['float32', Float32Array],
  ['float64', Float64Array],
  ['int8', Int8Array],
  ['int16', Int16Array],
  ['int32', Int32Array],
  ['int64', BigInt64Array],
  ['uint8', Uint8Array],
  ['uint16', Uint16Array],
  ['uint32', Uint32Array],
  ['uint64', BigUint64Array],
  ['qint8', Int8Array],
  ['quint8', Uint8Array],
  ['qint16', Int16Array],
  ['quint16', Uint16Array],
  ['qint32', Int32Array],
]);

function bufferOf(x: HostTensor, dtype: GraphDType): ArrayBuffer {
  if (dtype === 'int64' || dtype === 'uint64') {
    return BigInt64Array.from(x.data, (element) => BigInt.asIntN(64, BigInt(element as bigint)))
      .buffer;
  }
  const type = WORDS.get(dtype) as typeof Float32Array | undefined;
  if (type === undefined) throw new UnsupportedError(`The bits of ${dtype} are not read here.`);
  return type.from(x.data, Number).buffer as ArrayBuffer;
}

const bitcast: OpBuilder = (node) => {
  const [from = 'float32'] = node.inputTypes;
  const [to = 'float32'] = node.outputTypes;
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), from);
    const type = WORDS.get(to);
    if (type === undefined) throw new UnsupportedError(`Bits are not read as ${to} here.`);
    const words = new type(bufferOf(x, from));
    const data =
      words instanceof BigInt64Array || words instanceof BigUint64Array ? elementsOf(words) : words;
    return new HostTensor(to, bitcastShape(x, data.length), data);
  };
};

function bitcastShape({ shape, size }: HostTensor, words: number): number[] {
  if (words === size) return [...shape];
  return words > size ? [...shape, words / size] : shape.slice(0, -1);
}

const passOn: Kernel = (inputs) => share(inputAt(inputs, 0));

/** Ops that change types. */
export const castOps: OpFamily = {
  Cast: cast,
  Bitcast: bitcast,
  DeepCopy: () => passOn,
};
