import {
  type DType,
  decodeTensor,
  elementCount,
  isDType,
  itemSize,
  LimitError,
  MalformedError,
  type Tensor,
  UnsupportedError,
  zeros,
} from '@km/core';
import type { TensorProto } from '@km/proto/saved-model';
import { MAX_FILLED_BYTES } from './limits.ts';
import { tensorDType } from './tensor-dtype.ts';
import { partialShape } from './tensor-shape.ts';

/**
 * Decodes the tensor of a constant. When a file holds fewer values than elements, the last value stands for the rest,
 * and zero when there is none.
 * @throws UnsupportedError for resources, variants and the types of 4 and 8 bit floats; MalformedError when values and
 * shape disagree; LimitError when few values stand for too many elements.
 */
export function decodeTensorProto(proto: TensorProto): Tensor {
  const dtype = tensorDType(proto.dtype);
  if (!isDType(dtype)) {
    throw new UnsupportedError(`Constants of type ${dtype} cannot be used outside of TensorFlow.`);
  }
  const shape = partialShape(proto.tensorShape) ?? [];
  const sizes = shape.map((size) => {
    if (size !== null) return size;
    throw new MalformedError('A constant has an axis of unknown size; the file is damaged.');
  });
  const spec = { dtype, shape: sizes };
  if (dtype !== 'string' && proto.tensorContent.length > 0) {
    return decodeTensor(spec, proto.tensorContent);
  }
  return fill(spec, storedValues(proto, dtype));
}

interface Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

type Stored = readonly (number | bigint | boolean | Uint8Array)[];

function storedValues(proto: TensorProto, dtype: DType): Stored {
  switch (dtype) {
    case 'float32':
      return proto.floatVal;
    case 'float64':
      return proto.doubleVal;
    case 'string':
      return proto.stringVal;
    case 'bool':
      return proto.boolVal;
    case 'int64':
      return proto.int64Val;
    case 'uint64':
      return proto.uint64Val;
    case 'uint32':
      return proto.uint32Val;
    case 'complex64':
      return proto.scomplexVal;
    case 'complex128':
      return proto.dcomplexVal;
    case 'float16':
    case 'bfloat16':
      return proto.halfVal;
    default:
      return proto.intVal;
  }
}

function fill(spec: Spec, stored: Stored): Tensor {
  const perElement = spec.dtype.startsWith('complex') ? 2 : 1;
  const count = elementCount(spec.shape) * perElement;
  if (stored.length > count) {
    throw new MalformedError(
      `A constant of shape [${spec.shape.join(', ')}] holds ${stored.length} values; the file is damaged.`,
    );
  }
  const bytes = count * (spec.dtype === 'string' ? 8 : itemSize(spec.dtype) / perElement);
  if (stored.length < count && bytes > MAX_FILLED_BYTES) {
    throw new LimitError(
      `A constant of shape [${spec.shape.join(', ')}] would fill ${bytes} bytes with one value; at most ${MAX_FILLED_BYTES} are filled.`,
    );
  }
  const tensor = zeros(spec);
  if (tensor.dtype === 'string') {
    const last = stored.at(-1);
    const data = tensor.data.map((empty, index) => stored[index] ?? last ?? empty);
    return { ...tensor, data: data as readonly Uint8Array[] };
  }
  assign(tensor.data, stored, perElement);
  return tensor;
}

/** Any typed array of a tensor, for element-wise writes of what its dtype stores. */
interface Writable {
  readonly length: number;
  [index: number]: number | bigint;
}

function assign(data: Writable, stored: Stored, perElement: number): void {
  if (stored.length === 0) return;
  for (let index = 0; index < data.length; index++) {
    // The last whole element repeats, which for complex numbers is a pair.
    const source =
      index < stored.length ? index : stored.length - perElement + (index % perElement);
    const value = stored[source] ?? 0;
    data[index] = typeof value === 'boolean' ? Number(value) : (value as number | bigint);
  }
}
