export { blobSource } from './blob-source.ts';
export { blobStore } from './blob-store.ts';
export { ByteReader } from './byte-reader.ts';
export { type Cast, castTensor, copyTensor } from './cast-tensor.ts';
export { checkedAdd, checkedMultiply, checkedNumber, elementCount } from './checked.ts';
export { joinChunks, readAll, sourceChunks } from './chunks.ts';
export { crc32 } from './crc32.ts';
export { decodeTensor, zeros } from './decode-tensor.ts';
export {
  type DirectoryHandleLike,
  directoryStore,
  type FileHandleLike,
} from './directory-store.ts';
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
  fieldOf,
  IoError,
  isKmError,
  KmError,
  type KmErrorCode,
  type KmErrorOptions,
  LimitError,
  MalformedError,
  MissingBackendError,
  messageOf,
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
export { refuseGitLfsPointer } from './git-lfs.ts';
export { float32ToHalf, type HalfDType, halfToFloat32 } from './half-arrays.ts';
export type { HttpOptions } from './http-request.ts';
export { httpSource } from './http-source.ts';
export { httpStore } from './http-store.ts';
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
  MAX_ZIP_DIRECTORY_BYTES,
  MAX_ZIP_ENTRIES,
} from './limits.ts';
export { memorySource } from './memory-source.ts';
export { type MemoryStore, memoryStore } from './memory-store.ts';
export {
  type ObjectClient,
  type ObjectEntry,
  type ObjectRange,
  type ObjectStat,
  type ObjectStoreOptions,
  objectStore,
} from './object-store.ts';
export { type Advance, progressOf } from './progress.ts';
export { checkRead } from './range.ts';
export { type S3Like, s3Objects } from './s3-objects.ts';
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
export { type CacheOptions, cachedSource, withCache } from './with-cache.ts';
export { type CoalescingOptions, coalescedSource, withCoalescing } from './with-coalescing.ts';
export { type ZipEntry, zipChunks } from './zip-chunks.ts';
export { type ZipOptions, type ZipStore, zipStore } from './zip-store.ts';
