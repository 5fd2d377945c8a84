export { ByteReader } from './byte-reader.ts';
export { checkedAdd, checkedMultiply, checkedNumber, elementCount } from './checked.ts';
export { joinChunks, readAll, sourceChunks } from './chunks.ts';
export { decodeTensor, zeros } from './decode-tensor.ts';
export {
  DTYPES,
  type DTypeKind,
  dtypeKind,
  isDType,
  itemSize,
  tensorByteLength,
  wordSize,
} from './dtype.ts';
export { checkTensor, encodeTensor } from './encode-tensor.ts';
export {
  ChecksumError,
  IoError,
  isKmError,
  KmError,
  type KmErrorCode,
  type KmErrorOptions,
  LimitError,
  MalformedError,
  MissingBackendError,
  NotFoundError,
  TruncatedError,
  UnsupportedError,
} from './errors.ts';
export {
  bfloat16ToNumber,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
} from './float16.ts';
export { checkKey, compareKeys, isSafeKey } from './key.ts';
export { lazyFromSource, lazyFromTensor, lazyTensor } from './lazy-tensor.ts';
export {
  MAX_HTTP_BODY_BYTES,
  MAX_INFLATED_BYTES,
  MAX_INFLATION_RATIO,
  MAX_JSON_BYTES,
  MAX_KEY_LENGTH,
  MAX_MESSAGE_BYTES,
  MAX_RANK,
  MAX_RECURSION,
  MAX_TENSORS,
  MAX_ZIP_ENTRIES,
} from './limits.ts';
export { memorySource } from './memory-source.ts';
export { type MemoryStore, memoryStore } from './memory-store.ts';
export { type Advance, progressOf } from './progress.ts';
export { checkRead } from './range.ts';
export { sliceSource } from './slice-source.ts';
export type { ByteChunks, ByteSource, Progress, ReadOptions, WriteOptions } from './source.ts';
export type { ReadableStore, Store, WritableStore } from './store.ts';
export type {
  DataByDType,
  DType,
  LazyTensor,
  Shape,
  Tensor,
  TensorMap,
  TensorSpec,
} from './tensor.ts';
