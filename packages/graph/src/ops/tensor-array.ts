import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from '../executor/dtype.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import type { Run } from '../executor/run.ts';
import {
  ComplexTensor,
  hostScalar,
  hostVector,
  integersOf,
  numberOf,
  Resource,
  share,
  type Value,
} from '../executor/values.ts';
import { inputAt } from './define.ts';
import {
  concatList,
  listFromTensor,
  reservedList,
  stackList,
  type TensorList,
} from './tensor-list.ts';

/** An array of tensors of TensorFlow 1, which changes in place. */
class TensorArray extends Resource {
  override readonly kind = 'tensor array';
  readonly dtype: GraphDType;
  readonly isDynamic: boolean;
  list: TensorList;

  constructor(list: TensorList, isDynamic: boolean) {
    super();
    this.dtype = list.dtype;
    this.list = list;
    this.isDynamic = isDynamic;
  }

  write(index: number, value: Value): void {
    const { elements } = this.list;
    if (index < 0 || (index >= elements.length && !this.isDynamic)) {
      throw new MalformedError(`Element ${index} of an array of ${elements.length} is written.`);
    }
    const grown = Array.from(
      { length: Math.max(elements.length, index + 1) },
      (_, i) => elements[i],
    );
    grown[index] = value;
    this.list = this.list.of(grown);
  }
}

function arrayOf(value: Value): TensorArray {
  if (value instanceof TensorArray) return value;
  throw new MalformedError('A graph uses something else as a tensor array.');
}

/** A copy that lives until the call ends, because loops free what they do not pass on. */
export function keptUntilEnd(value: Value, run: Run): Value {
  const copy = share(value);
  const tensors = copy instanceof ComplexTensor ? [copy.real, copy.imag] : [copy];
  for (const tensor of tensors) {
    if (!(tensor instanceof tf.Tensor)) continue;
    tf.keep(tensor);
    run.onEnd(() => tensor.dispose());
  }
  return copy;
}

/** The number that is passed on to say that the array has changed. */
const flow = (): Value => hostScalar(0, 'float32');

const make: OpBuilder = ({ attrs }) => {
  const dtype = attrs.type('dtype');
  const shape = attrs.shape('element_shape');
  const isDynamic = attrs.bool('dynamic_size');
  return {
    kernel: (inputs) => {
      const list = reservedList(dtype, shape, numberOf(inputAt(inputs, 0)));
      return [new TensorArray(list, isDynamic), flow()];
    },
    outputs: ['borrowed', 'owned'],
  };
};

const writeRows = (
  array: TensorArray,
  indices: readonly number[],
  value: Value,
  run: Run,
): void => {
  const rows = listFromTensor(value, array.dtype, null).elements;
  for (const [i, index] of indices.entries()) {
    const row = rows[i];
    if (row !== undefined) array.write(index, keptUntilEnd(row, run));
  }
};

/** Ops of the tensor arrays of TensorFlow 1. */
export const tensorArrayOps: OpFamily = {
  TensorArrayV3: make,
  TensorArrayWriteV3: () => (inputs, run) => {
    const value = keptUntilEnd(inputAt(inputs, 2), run);
    arrayOf(inputAt(inputs, 0)).write(numberOf(inputAt(inputs, 1)), value);
    return flow();
  },
  TensorArrayReadV3: () => (inputs) =>
    share(arrayOf(inputAt(inputs, 0)).list.at(numberOf(inputAt(inputs, 1)))),
  TensorArrayGatherV3: ({ attrs }) => {
    const shape = attrs.shape('element_shape');
    return (inputs) => {
      const { list } = arrayOf(inputAt(inputs, 0));
      const taken = integersOf(inputAt(inputs, 1)).map((index) => list.at(index, shape));
      return stackList(list.of(taken), shape);
    };
  },
  TensorArrayScatterV3: () => (inputs, run) => {
    const array = arrayOf(inputAt(inputs, 0));
    writeRows(array, integersOf(inputAt(inputs, 1)), inputAt(inputs, 2), run);
    return flow();
  },
  TensorArrayConcatV3:
    ({ outputTypes }) =>
    (inputs) => {
      const { joined, lengths } = concatList(arrayOf(inputAt(inputs, 0)).list);
      return [joined, hostVector(lengths, outputTypes[1])];
    },
  TensorArraySplitV3: () => (inputs, run) => {
    const array = arrayOf(inputAt(inputs, 0));
    const lengths = integersOf(inputAt(inputs, 2));
    const value = inputAt(inputs, 1);
    if (!(value instanceof tf.Tensor)) throw new MalformedError('A tensor array splits a tensor.');
    for (const [i, part] of tf.split(value, lengths, 0).entries()) {
      array.write(i, keptUntilEnd(part, run));
    }
    return flow();
  },
  TensorArraySizeV3: () => (inputs) => hostScalar(arrayOf(inputAt(inputs, 0)).list.elements.length),
  TensorArrayCloseV3: () => () => [],
};
