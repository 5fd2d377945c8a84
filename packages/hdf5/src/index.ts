export { detectH5Kind, openH5, readModelH5, readWeightsH5, readWeightsV3 } from './api-read.ts';
export type { H5Attribute, H5Scalar } from './decode-attribute.ts';
export type { H5Kind } from './detect-kind.ts';
export type { EncodedH5 } from './encode-file.ts';
export type { H5Dataset, H5Group } from './file.ts';
export { type H5Format, h5Format } from './format.ts';
export type { H5WasmFile } from './h5wasm-file.ts';
export type { H5Input } from './input.ts';
export type { H5EncodeOptions } from './keras-tree.ts';
export type {
  H5Layer,
  H5Model,
  H5Variables,
  H5Weight,
  H5Weights,
  H5WeightsV3,
} from './model.ts';
export { hasH5Signature } from './signature.ts';
export {
  encodeModelH5,
  encodeWeightsH5,
  encodeWeightsV3,
  type H5Output,
  type H5WriteOptions,
  writeModelH5,
  writeWeightsH5,
  writeWeightsV3,
} from './write.ts';
