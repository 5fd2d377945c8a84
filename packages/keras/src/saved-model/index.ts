export {
  CompositeTensor,
  RaggedTensor,
  SparseTensor,
} from './composites.ts';
export { type LoadedModel, load } from './load.ts';
export type { Asset, LoadedObject, LoadedValue } from './objects.ts';
export type { RestoredFunction } from './restored-function.ts';
export type { LoadedSignature, Named, SignatureSpec } from './signature.ts';
export type { NestedValues, StructuredInput, StructuredOutput } from './values.ts';
