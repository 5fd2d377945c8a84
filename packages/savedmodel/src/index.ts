export {
  decodeTensorProto,
  type OtherDType,
  type PartialShape,
  partialShape,
  type TensorDType,
  tensorDType,
  tensorDTypeCode,
} from '@km/core/tensor-proto';
export {
  type BindVariablesOptions,
  type BoundSlot,
  type BoundVariable,
  bindVariables,
  type UnboundVariable,
  type VariableBindings,
} from './bind-variables.ts';
export type { DecodedSavedModel } from './decode-saved-model.ts';
export { encodeTensorProto } from './encode-tensor-proto.ts';
export type { Fingerprint } from './fingerprint.ts';
export { type SavedModelFormat, savedModelFormat } from './format.ts';
export type { FunctionLibrary } from './function-library.ts';
export type { GraphVariable } from './graph-variables.ts';
export { isKerasIdentifier, type KerasMetadata, type KerasMetadataNode } from './keras-metadata.ts';
export type { AssetFile, MetaGraph } from './meta-graph.ts';
export { nodeAt, nodePaths } from './node-paths.ts';
export {
  type ReadSavedModelOptions,
  readSavedModel,
  type SavedModel,
  type SavedModelLocation,
} from './read.ts';
export { type SavedGraph, usedOps } from './saved-graph.ts';
export type {
  AssetKind,
  BareConcreteFunctionKind,
  CapturedTensorKind,
  ConcreteFunction,
  ConstantKind,
  FunctionKind,
  FunctionSpec,
  ResourceKind,
  SavedEdge,
  SavedNode,
  SavedNodeKind,
  SavedObjectGraph,
  SavedSlot,
  UnknownKind,
  UserObjectKind,
  VariableKind,
} from './saved-node.ts';
export { selectMetaGraph } from './select-meta-graph.ts';
export type { Signature, SignatureTensor, TensorPlace } from './signature.ts';
export {
  type Structure,
  specsOf,
  type TensorSpecStructure,
  type TypeSpecStructure,
} from './structure.ts';
export {
  type StaticTable,
  type TableFunctionNames,
  tableFunctions,
} from './table-functions.ts';
export { shapeProto } from './tensor-shape.ts';
export {
  type SavedModelParts,
  type SavedModelTarget,
  type WrittenAsset,
  type WrittenVariables,
  writeSavedModel,
} from './write.ts';
