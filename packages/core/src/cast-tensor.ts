import { decodeTensor, zeros } from './decode-tensor.ts';
import { dtypeKind } from './dtype.ts';
import { encodeTensor } from './encode-tensor.ts';
import { UnsupportedError } from './errors.ts';
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from './float16.ts';
import { float32ToHalf, halfToFloat32 } from './half-arrays.ts';
import type { DType, Tensor } from './tensor.ts';

type Element = number | bigint;

/** A tensor in another dtype. */
export interface Cast<D extends DType = DType> {
  readonly tensor: Tensor<D>;
  /** Elements whose value is not exactly the same in the new dtype. */
  readonly changed: number;
}

interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
}

/**
 * Casts a tensor as TensorFlow does: to floats by rounding to nearest even, to integers by dropping the fraction,
 * to bool by comparing with zero. The same dtype gives the same tensor.
 * @throws UnsupportedError when a value does not fit the integer dtype, and for string, quantised, and complex to real.
 */
export function castTensor<D extends DType>(tensor: Tensor, dtype: D): Cast<D> {
  if (tensor.dtype === dtype) return { tensor: tensor as unknown as Tensor<D>, changed: 0 };
  refuse(tensor.dtype, dtype);
  return (castHalf(tensor, dtype) ?? castEach(tensor, dtype)) as unknown as Cast<D>;
}

/** The casts of mixed precision, which are worth being fast. */
function castHalf(tensor: Tensor, dtype: DType): Cast | undefined {
  const { shape } = tensor;
  if ((tensor.dtype === 'float16' || tensor.dtype === 'bfloat16') && dtype === 'float32') {
    const data = halfToFloat32(tensor.data, tensor.dtype);
    return { tensor: { dtype, shape, data }, changed: 0 };
  }
  if (tensor.dtype !== 'float32' || (dtype !== 'float16' && dtype !== 'bfloat16')) return undefined;
  const data = float32ToHalf(tensor.data, dtype);
  const after = halfToFloat32(data, dtype);
  let changed = 0;
  for (let i = 0; i < after.length; i++) {
    if (after[i] !== tensor.data[i] && !Number.isNaN(after[i])) changed++;
  }
  return { tensor: { dtype, shape, data }, changed };
}

function castEach(tensor: Tensor, dtype: DType): Cast {
  // Only the length of the data counts from here on: a complex tensor is a list of re, im.
  const get = reader(tensor);
  const result: Tensor = zeros<DType>({ dtype, shape: tensor.shape });
  const real = dtypeKind(tensor.dtype) !== 'complex' && dtypeKind(dtype) === 'complex';
  const count = real ? tensor.data.length : result.data.length;
  const step = real ? 2 : 1;
  const put = writer(result);
  const check = reader(result);
  let changed = 0;
  for (let i = 0; i < count; i++) {
    const value = get(i);
    put(i * step, value);
    if (!same(check(i * step), value)) changed++;
  }
  return { tensor: result, changed };
}

/** Copies a tensor, so that a change of one does not show in the other. */
export function copyTensor<D extends DType>(tensor: Tensor<D>): Tensor<D> {
  const plain: Tensor = tensor;
  if (plain.dtype === 'string') {
    const data = plain.data.map((element) => new Uint8Array(element));
    return { dtype: plain.dtype, shape: plain.shape, data } as unknown as Tensor<D>;
  }
  const copy = decodeTensor<DType>(plain, new Uint8Array(encodeTensor(plain)));
  return copy as unknown as Tensor<D>;
}

function refuse(from: DType, to: DType): void {
  const kinds = [dtypeKind(from), dtypeKind(to)];
  const lossy = kinds[0] === 'complex' && kinds[1] !== 'complex';
  if (!lossy && !kinds.includes('string') && !kinds.includes('quantized')) return;
  throw new UnsupportedError(`A ${from} tensor cannot be cast to ${to}; give one of that dtype.`);
}

function reader(tensor: Tensor): (index: number) => Element {
  const data = tensor.data as ArrayLike<Element>;
  const raw = (index: number): Element => data[index] ?? 0;
  if (tensor.dtype === 'float16') return (index) => float16ToNumber(Number(raw(index)));
  if (tensor.dtype === 'bfloat16') return (index) => bfloat16ToNumber(Number(raw(index)));
  return raw;
}

function writer(tensor: Tensor): (index: number, value: Element) => void {
  const data = tensor.data as unknown as { [index: number]: Element };
  const { dtype } = tensor;
  const set = (convert: (value: Element) => Element) => (index: number, value: Element) => {
    data[index] = convert(value);
  };
  if (dtype === 'float16') return set((value) => numberToFloat16(Number(value)));
  if (dtype === 'bfloat16') return set((value) => numberToBfloat16(Number(value)));
  if (dtype === 'bool') return set((value) => (Number(value) === 0 ? 0 : 1));
  const kind = dtypeKind(dtype);
  if (kind !== 'int' && kind !== 'uint') return set(Number);
  const convert = integerConverter(dtype);
  return (index, value) => {
    const integer = convert(value);
    if (integer === undefined) throw doesNotFit(value, dtype, index);
    data[index] = integer;
  };
}

/** Makes a function that drops the fraction and gives `undefined` for what does not fit. */
function integerConverter(dtype: DType): (value: Element) => Element | undefined {
  const { min, max } = integerRange(dtype);
  if (dtype === 'int64' || dtype === 'uint64') {
    return (value) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
      const integer = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
      return integer >= min && integer <= max ? integer : undefined;
    };
  }
  const [low, high] = [Number(min), Number(max)];
  return (value) => {
    const integer = Math.trunc(Number(value));
    return integer >= low && integer <= high ? integer : undefined;
  };
}

function integerRange(dtype: DType): IntegerRange {
  const bits = BigInt(Number(/\d+$/.exec(dtype)?.[0]));
  if (dtypeKind(dtype) === 'uint') return { min: 0n, max: (1n << bits) - 1n };
  return { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

function doesNotFit(value: Element, dtype: DType, index: number): UnsupportedError {
  return new UnsupportedError(
    `The value ${value} of element ${index} does not fit ${dtype}; keep the tensor in its own dtype.`,
  );
}

function same(after: Element, before: Element): boolean {
  if (typeof after === typeof before) {
    return after === before || (Number.isNaN(after) && Number.isNaN(before));
  }
  const number = Number(typeof after === 'number' ? after : before);
  const integer = typeof after === 'bigint' ? after : before;
  return Number.isInteger(number) && BigInt(number) === integer;
}
