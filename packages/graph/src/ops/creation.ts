import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { constantOf } from '../executor/constant.ts';
import { deviceDType, type GraphDType, isComplex, isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { complexOf } from '../executor/records.ts';
import {
  ComplexTensor,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { complexUnary } from './complex.ts';
import { checkedShape, inputAt } from './define.ts';
import { hostBroadcast, hostReshape } from './host/strided.ts';

const constant: OpBuilder = ({ attrs, outputTypes, where }) => {
  const value = constantOf(attrs.tensor('value'));
  if (value.dtype !== outputTypes[0]) {
    throw new MalformedError(`${where} of ${outputTypes[0]} holds ${value.dtype}.`);
  }
  if (isComplex(value.dtype)) {
    const pairs = Float32Array.from(value.data, Number);
    return { kernel: () => complexOf(pairs, value.shape), outputs: ['owned'] };
  }
  return { constants: [value], outputs: ['borrowed'] };
};

/** Most elements of integers that are made in JavaScript, as shapes and indices are. */
const MAX_HOST_FILL = 4096;

function filled(shape: readonly number[], value: HostTensor, dtype: GraphDType): Value {
  const dims = checkedShape(shape);
  const element = value.data[0] ?? 0;
  const small = sizeOf(dims) <= MAX_HOST_FILL;
  if (dtype === 'string' || (small && !isFloat(dtype))) {
    return hostBroadcast(hostReshape(value, []), dims);
  }
  return tf.fill(dims, Number(element), deviceDType(dtype) as 'float32');
}

/** A tensor of one number everywhere, in the shape and type of another. */
function like(element: number): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    if (isComplex(dtype)) return complexUnary(node.op);
    return (inputs) => {
      const x = inputAt(inputs, 0);
      if (!(x instanceof tf.Tensor) && !isHost(x)) {
        throw new UnsupportedError(`${node.op} of something that is no tensor is not supported.`);
      }
      const shape = shapeOf(x);
      if (isHost(x)) {
        const value: Element = dtype === 'string' ? new Uint8Array() : element;
        return new HostTensor(
          dtype,
          shape,
          Array.from({ length: x.size }, () => value),
        );
      }
      return element === 0 ? tf.zerosLike(x) : tf.onesLike(x);
    };
  };
}

const range: OpBuilder = (node) => {
  const [dtype = 'int32'] = node.outputTypes;
  return (inputs) => {
    const [start = 0, limit = 0, delta = 1] = inputs.map(numberOf);
    const steps = (limit - start) / delta;
    // TensorFlow counts in the precision of the numbers: from 0 to 0.6 by 0.1 are 6 steps there, and 7 exactly computed.
    const rounded = dtype === 'float32' ? Math.fround(Math.fround(limit - start) / delta) : steps;
    const count = Math.max(0, Math.ceil(rounded));
    if (delta === 0) throw new MalformedError('A range has a step of zero.');
    const [length = 0] = checkedShape([count]);
    const values = Array.from({ length }, (_, i) => start + i * delta);
    return isFloat(dtype)
      ? tf.tensor1d(values, 'float32')
      : new HostTensor(dtype, [length], values);
  };
};

const linSpace: OpBuilder = () => (inputs) => {
  const [start = 0, stop = 0, count = 1] = inputs.map(numberOf);
  const [length = 0] = checkedShape([count]);
  const step = length > 1 ? (stop - start) / (length - 1) : 0;
  return tf.tensor1d(
    Float32Array.from({ length }, (_, i) => (i > 0 && i === length - 1 ? stop : start + i * step)),
  );
};

const oneHot: OpBuilder = (node) => {
  const { attrs, outputTypes } = node;
  const axis = attrs.int('axis');
  const [dtype = 'float32'] = outputTypes;
  return (inputs) => {
    const indices = onHost(inputAt(inputs, 0), node.inputTypes[0] ?? 'int32');
    const depth = numberOf(inputAt(inputs, 1));
    const on = onHost(inputAt(inputs, 2), dtype).data[0] ?? 1;
    const off = onHost(inputAt(inputs, 3), dtype).data[0] ?? 0;
    const at = axis < 0 ? indices.rank : axis;
    const shape = checkedShape([...indices.shape.slice(0, at), depth, ...indices.shape.slice(at)]);
    const inner = sizeOf(indices.shape.slice(at));
    const data = new Array<Element>(sizeOf(shape)).fill(off);
    for (let i = 0; i < indices.size; i++) {
      const index = Number(indices.data[i]);
      if (index < 0 || index >= depth) continue;
      const outer = Math.floor(i / inner);
      data[(outer * depth + index) * inner + (i % inner)] = on;
    }
    return new HostTensor(dtype, shape, data);
  };
};

/** Ops that make tensors. */
export const creationOps: OpFamily = {
  Const: constant,
  HostConst: constant,
  Fill: (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const shape = integersOf(inputAt(inputs, 0));
      const value = inputAt(inputs, 1);
      if (value instanceof ComplexTensor) throw new UnsupportedError('Fill of complex numbers.');
      if (isHost(value) || !isFloat(dtype)) return filled(shape, onHost(value, dtype), dtype);
      // By broadcasting, gradients reach the value.
      return tf.tidy(() => tf.broadcastTo(onDevice(value), checkedShape(shape)));
    };
  },
  Empty: (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) =>
      filled(
        integersOf(inputAt(inputs, 0)),
        new HostTensor(dtype, [], [dtype === 'string' ? new Uint8Array() : 0]),
        dtype,
      );
  },
  ZerosLike: like(0),
  OnesLike: like(1),
  Range: range,
  LinSpace: linSpace,
  OneHot: oneHot,
};
