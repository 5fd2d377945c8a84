import { elementCount } from './checked.ts';
import { decodeTensor, zeros } from './decode-tensor.ts';
import { isDType, itemSize } from './dtype.ts';
import { LimitError, MalformedError, UnsupportedError } from './errors.ts';
import { MAX_FILLED_BYTES, MAX_RANK } from './limits.ts';
import type { DType, Tensor } from './tensor.ts';
import { tensorDType } from './tensor-proto-dtype.ts';

export {
  isTensorDType,
  type OtherDType,
  type TensorDType,
  tensorDType,
  tensorDTypeCode,
} from './tensor-proto-dtype.ts';

/** Sizes of axes, null where unknown; null for an unknown number of axes. */
export type PartialShape = readonly (number | null)[] | null;

/** What a shape message holds (tensorflow/core/framework/tensor_shape.proto). */
export interface ShapeMessage {
  readonly unknownRank: boolean;
  readonly dim: readonly { readonly size: bigint }[];
}

/** What a tensor message holds (tensorflow/core/framework/tensor.proto). */
export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: ShapeMessage | null;
  readonly tensorContent: Uint8Array;
  readonly floatVal: readonly number[];
  readonly doubleVal: readonly number[];
  readonly intVal: readonly number[];
  readonly stringVal: readonly Uint8Array[];
  readonly scomplexVal: readonly number[];
  readonly int64Val: readonly bigint[];
  readonly boolVal: readonly boolean[];
  readonly dcomplexVal: readonly number[];
  readonly halfVal: readonly number[];
  readonly uint32Val: readonly number[];
  readonly uint64Val: readonly bigint[];
}

/** Shape of a message; an absent message is an unknown shape. @throws LimitError for too many axes. */
export function partialShape(message: ShapeMessage | null): PartialShape {
  if (message === null || message.unknownRank) return null;
  if (message.dim.length > MAX_RANK) {
    throw new LimitError(`A shape of ${message.dim.length} axes; at most ${MAX_RANK} are read.`);
  }
  return message.dim.map(({ size }) => (size < 0n ? null : Number(size)));
}

/**
 * Decodes the tensor of a constant. When a file holds fewer values than elements, the last value stands for the rest,
 * and zero when there is none.
 * @throws UnsupportedError for resources, variants and the types of 4 and 8 bit floats; MalformedError when values and
 * shape disagree; LimitError when few values stand for too many elements.
 */
export function decodeTensorProto(message: TensorMessage): Tensor {
  const dtype = tensorDType(message.dtype);
  if (!isDType(dtype)) {
    throw new UnsupportedError(`Constants of type ${dtype} cannot be used outside of TensorFlow.`);
  }
  const shape = partialShape(message.tensorShape) ?? [];
  const sizes = shape.map((size) => {
    if (size !== null) return size;
    throw new MalformedError('A constant has an axis of unknown size; the file is damaged.');
  });
  const spec = { dtype, shape: sizes };
  if (dtype !== 'string' && message.tensorContent.length > 0) {
    return decodeTensor(spec, message.tensorContent);
  }
  return fill(spec, storedValues(message, dtype));
}

interface Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

type Stored = readonly (number | bigint | boolean | Uint8Array)[];

function storedValues(message: TensorMessage, dtype: DType): Stored {
  switch (dtype) {
    case 'float32':
      return message.floatVal;
    case 'float64':
      return message.doubleVal;
    case 'string':
      return message.stringVal;
    case 'bool':
      return message.boolVal;
    case 'int64':
      return message.int64Val;
    case 'uint64':
      return message.uint64Val;
    case 'uint32':
      return message.uint32Val;
    case 'complex64':
      return message.scomplexVal;
    case 'complex128':
      return message.dcomplexVal;
    case 'float16':
    case 'bfloat16':
      return message.halfVal;
    default:
      return message.intVal;
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
