import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  hostScalar,
  hostVector,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  shapeOf,
  share,
  type Value,
  Variant,
} from '../executor/values.ts';
import { inputAt } from './define.ts';
import {
  concatList,
  listFromTensor,
  listOf,
  partialShapeOf,
  reservedList,
  stackList,
  TensorList,
} from './tensor-list.ts';

const reserve: OpBuilder = ({ attrs }) => {
  const dtype = attrs.type('element_dtype');
  return (inputs) => reservedList(dtype, partialShapeOf(inputs[0]), numberOf(inputAt(inputs, 1)));
};

/** The rows of a tensor at the places that indices name, in a new list or over an old one. */
function scatterRows(
  list: TensorList,
  tensor: Value,
  indices: readonly number[],
  length: number,
): TensorList {
  const rows = listFromTensor(tensor, list.dtype, list.elementShape).elements;
  const last = Math.max(length, ...indices.map((index) => index + 1));
  const elements = Array.from({ length: last }, (_, i) => list.elements[i]);
  for (const [i, index] of indices.entries()) {
    if (index < 0) throw new MalformedError(`Element ${index} of a list is set.`);
    elements[index] = rows[i];
  }
  return list.of(elements);
}

const concat: OpBuilder = ({ outputTypes }) => {
  const [, lengthType = 'int64'] = outputTypes;
  return (inputs) => {
    const { joined, lengths } = concatList(listOf(inputAt(inputs, 0)));
    return [joined, hostVector(lengths, lengthType)];
  };
};

const making: OpFamily = {
  EmptyTensorList: ({ attrs }) => {
    const dtype = attrs.type('element_dtype');
    return (inputs) => new TensorList(dtype, partialShapeOf(inputs[0]), []);
  },
  TensorListReserve: reserve,
  TensorListFromTensor: ({ attrs }) => {
    const dtype = attrs.type('element_dtype');
    return (inputs) => listFromTensor(inputAt(inputs, 0), dtype, partialShapeOf(inputs[1]));
  },
  TensorListScatter: ({ attrs }) => {
    const dtype = attrs.type('element_dtype');
    return (inputs) => {
      const list = new TensorList(dtype, partialShapeOf(inputs[2]), []);
      return scatterRows(list, inputAt(inputs, 0), integersOf(inputAt(inputs, 1)), 0);
    };
  },
  TensorListScatterV2: ({ attrs }) => {
    const dtype = attrs.type('element_dtype');
    return (inputs) => {
      const list = new TensorList(dtype, partialShapeOf(inputs[2]), []);
      const length = Math.max(0, numberOf(inputAt(inputs, 3)));
      return scatterRows(list, inputAt(inputs, 0), integersOf(inputAt(inputs, 1)), length);
    };
  },
  TensorListScatterIntoExistingList: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    const indices = integersOf(inputAt(inputs, 2));
    return scatterRows(list, inputAt(inputs, 1), indices, list.elements.length);
  },
  TensorListSplit: ({ attrs }) => {
    const dtype = attrs.type('element_dtype');
    return (inputs) => {
      const tensor = inputAt(inputs, 0);
      const lengths = integersOf(inputAt(inputs, 2));
      let start = 0;
      const elements = lengths.map((length) => {
        const rows = rowsOf(tensor, start, length);
        start += length;
        return rows;
      });
      return new TensorList(dtype, partialShapeOf(inputs[1]), elements);
    };
  },
};

function rowsOf(value: Value, start: number, count: number): Value {
  const inner = shapeOf(value).slice(1);
  if (!isHost(value))
    return tf.slice(onDevice(value), [start, ...inner.map(() => 0)], [count, ...inner]);
  const width = value.size / Math.max(value.shape[0] ?? 1, 1);
  const data = Array.from(value.data).slice(start * width, (start + count) * width);
  return new HostTensor(value.dtype, [count, ...inner], data);
}

const reading: OpFamily = {
  TensorListStack: ({ attrs }) => {
    const wanted = attrs.int('num_elements');
    return (inputs) => {
      const list = listOf(inputAt(inputs, 0));
      if (wanted >= 0 && wanted !== list.elements.length) {
        throw new MalformedError(
          `A list of ${list.elements.length} elements should have ${wanted}.`,
        );
      }
      return stackList(list, partialShapeOf(inputs[1]));
    };
  },
  TensorListGetItem: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    return share(list.at(numberOf(inputAt(inputs, 1)), partialShapeOf(inputs[2])));
  },
  TensorListGather: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    const shape = partialShapeOf(inputs[2]);
    const taken = integersOf(inputAt(inputs, 1)).map((index) => list.at(index, shape));
    return stackList(list.of(taken), shape);
  },
  TensorListLength: () => (inputs) => hostScalar(listOf(inputAt(inputs, 0)).elements.length),
  TensorListElementShape:
    ({ outputTypes }) =>
    (inputs) => {
      const { elementShape } = listOf(inputAt(inputs, 0));
      if (elementShape === null) return hostScalar(-1, outputTypes[0]);
      return hostVector(
        elementShape.map((length) => length ?? -1),
        outputTypes[0],
      );
    },
  TensorListConcat: concat,
  TensorListConcatV2: concat,
};

const changing: OpFamily = {
  TensorListSetItem: ({ attrs }) => {
    const grows = attrs.bool('resize_if_index_out_of_bounds');
    return (inputs) => {
      const list = listOf(inputAt(inputs, 0));
      const index = numberOf(inputAt(inputs, 1));
      const item = share(inputAt(inputs, 2));
      const missing = grows ? index + 1 - list.elements.length : 0;
      const wide =
        missing > 0 ? [...list.elements, ...new Array<undefined>(missing).fill(undefined)] : null;
      return (wide === null ? list : list.of(wide)).with(index, item);
    };
  },
  TensorListPushBack: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    return list.of([...list.elements, share(inputAt(inputs, 1))]);
  },
  TensorListPopBack: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    const last = list.elements.length - 1;
    return [list.of(list.elements.slice(0, -1)), share(list.at(last, partialShapeOf(inputs[1])))];
  },
  TensorListResize: () => (inputs) => {
    const list = listOf(inputAt(inputs, 0));
    const { elements } = reservedList(list.dtype, list.elementShape, numberOf(inputAt(inputs, 1)));
    return list.of(elements.map((_, i) => list.elements[i]));
  },
  TensorListConcatLists: () => (inputs) => {
    const a = listOf(inputAt(inputs, 0));
    return a.of([...a.elements, ...listOf(inputAt(inputs, 1)).elements]);
  },
};

/** A value that may be missing. */
export class Optional extends Variant {
  override readonly kind = 'optional';
  readonly values: readonly Value[] | null;

  constructor(values: readonly Value[] | null) {
    super();
    this.values = values;
  }

  override parts(): readonly Value[] {
    return this.values ?? [];
  }
}

function optionalOf(value: Value): Optional {
  if (value instanceof Optional) return value;
  throw new MalformedError('A graph uses something else as an optional.');
}

const optionals: OpFamily = {
  OptionalFromValue: () => (inputs) => new Optional(inputs.map(share)),
  OptionalNone: () => () => new Optional(null),
  OptionalHasValue: () => (inputs) =>
    hostScalar(optionalOf(inputAt(inputs, 0)).values === null ? 0 : 1, 'bool'),
  OptionalGetValue: () => (inputs) => {
    const { values } = optionalOf(inputAt(inputs, 0));
    if (values === null) throw new MalformedError('An optional without a value is read.');
    return values.map(share);
  },
};

/** Ops of tensor lists and optionals. */
export const listOps: OpFamily = { ...making, ...reading, ...changing, ...optionals };
