export { LoadOptions, type LoadOptionsConfig } from './load/load-options.ts';
export {
  SaveOptions,
  type SaveOptionsConfig,
  type VariablePolicy,
} from './save/saved-model/save-options.ts';
export {
  type SignatureBody,
  SignatureFunction,
  type SignatureInput,
  type SignatureResult,
  signature,
} from './save/saved-model/signature-function.ts';
export {
  type Asset,
  CompositeTensor,
  type LoadedModel,
  type LoadedObject,
  type LoadedSignature,
  type LoadedValue,
  load,
  RaggedTensor,
  type RestoredFunction,
  type SignatureSpec,
  SparseTensor,
  type StructuredInput,
  type StructuredOutput,
} from './saved-model/index.ts';
