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
