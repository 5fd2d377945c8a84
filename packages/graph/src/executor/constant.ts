import {
  bfloat16ToNumber,
  decodeTensor,
  elementCount,
  float16ToNumber,
  isDType,
  LimitError,
  MalformedError,
  UnsupportedError,
} from '@km/core';
import type { TensorProto } from '@km/proto/saved-model';
import { partialShape } from './attrs.ts';
import { type GraphDType, graphDType, isComplex, isFloat } from './dtype.ts';
import { type Element, type HostData, HostTensor } from './host-tensor.ts';
import { hostDataOf } from './records.ts';
import { elementsOf } from './values.ts';

/** Most elements to which a constant may grow when its file holds one value for many; seen are some 100,000. */
const MAX_FILLED_ELEMENTS: number = 64 * 1024 * 1024;

/**
 * Decodes the tensor of a constant. When a file holds fewer values than elements, the last value stands for the rest,
 * and zero when there is none.
 * @throws UnsupportedError for types that no op takes; MalformedError when values and shape disagree; LimitError when
 * few values stand for too many elements.
 */
export function constantOf(proto: TensorProto): HostTensor {
  const dtype = graphDType(proto.dtype);
  const shape = (partialShape(proto.tensorShape) ?? []).map((size) => {
    if (size !== null) return size;
    throw new MalformedError('A constant has an axis of unknown size; the file is damaged.');
  });
  const count = elementCount(shape) * (isComplex(dtype) ? 2 : 1);
  const content = proto.tensorContent;
  if (dtype !== 'string' && content.length > 0) {
    return new HostTensor(dtype, shape, decodeContent(dtype, shape, content), true);
  }
  return new HostTensor(dtype, shape, filled(storedValues(proto, dtype), count, dtype), true);
}

/** Reads row-major little-endian bytes. */
function decodeContent(dtype: GraphDType, shape: readonly number[], bytes: Uint8Array): HostData {
  if (!isDType(dtype)) refuse(dtype);
  return hostDataOf(decodeTensor({ dtype, shape }, bytes));
}

function storedValues(proto: TensorProto, dtype: GraphDType): HostData {
  switch (dtype) {
    case 'float32':
      return proto.floatVal;
    case 'float64':
      return proto.doubleVal;
    case 'string':
      return proto.stringVal;
    case 'bool':
      return proto.boolVal.map(Number);
    case 'int64':
      return elementsOf(BigInt64Array.from(proto.int64Val));
    case 'uint64':
      return elementsOf(BigUint64Array.from(proto.uint64Val));
    case 'uint32':
      return proto.uint32Val;
    case 'complex64':
      return proto.scomplexVal;
    case 'complex128':
      return proto.dcomplexVal;
    case 'float16':
      return proto.halfVal.map(float16ToNumber);
    case 'bfloat16':
      return proto.halfVal.map(bfloat16ToNumber);
    case 'resource':
    case 'variant':
    case 'unknown':
    case 'invalid':
      return refuse(dtype);
    default:
      return proto.intVal;
  }
}

function filled(stored: HostData, count: number, dtype: GraphDType): HostData {
  if (stored.length > count) {
    throw new MalformedError(
      `A constant of ${count} elements holds ${stored.length} values; the file is damaged.`,
    );
  }
  if (stored.length === count) return stored;
  if (count > MAX_FILLED_ELEMENTS) {
    throw new LimitError(
      `A constant would fill ${count} elements with one value; at most ${MAX_FILLED_ELEMENTS} are filled.`,
    );
  }
  const step = isComplex(dtype) ? 2 : 1;
  const at = (index: number): Element => {
    if (index < stored.length) return stored[index] ?? 0;
    // The last whole element repeats, which for complex numbers is a pair.
    const last = stored[stored.length - step + (index % step)];
    return last ?? (dtype === 'string' ? new Uint8Array() : 0);
  };
  if (isFloat(dtype)) return Float32Array.from({ length: count }, (_, index) => Number(at(index)));
  return Array.from({ length: count }, (_, index) => at(index));
}

function refuse(dtype: GraphDType): never {
  throw new UnsupportedError(`Constants of type ${dtype} cannot be used outside of TensorFlow.`);
}
