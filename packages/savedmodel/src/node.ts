import { fileURLToPath } from 'node:url';
import type { WriteOptions } from '@km/core';
import { fileStore, saveDirectory } from '@km/core/node';
import * as neutral from './index.ts';

export {
  type AssetFile,
  type AssetKind,
  type BareConcreteFunctionKind,
  type BindVariablesOptions,
  type BoundSlot,
  type BoundVariable,
  bindVariables,
  type CapturedTensorKind,
  type ConcreteFunction,
  type ConstantKind,
  type DecodedSavedModel,
  decodeTensorProto,
  encodeTensorProto,
  type Fingerprint,
  type FunctionKind,
  type FunctionLibrary,
  type FunctionSpec,
  type GraphVariable,
  isKerasIdentifier,
  type KerasMetadata,
  type KerasMetadataNode,
  type MetaGraph,
  nodeAt,
  nodePaths,
  type OtherDType,
  type PartialShape,
  partialShape,
  type ReadSavedModelOptions,
  type ResourceKind,
  type SavedEdge,
  type SavedGraph,
  type SavedModel,
  type SavedModelFormat,
  type SavedModelLocation,
  type SavedModelParts,
  type SavedModelTarget,
  type SavedNode,
  type SavedNodeKind,
  type SavedObjectGraph,
  type SavedSlot,
  type Signature,
  type SignatureTensor,
  type StaticTable,
  type Structure,
  savedModelFormat,
  selectMetaGraph,
  shapeProto,
  specsOf,
  type TableFunctionNames,
  type TensorDType,
  type TensorPlace,
  type TensorSpecStructure,
  type TypeSpecStructure,
  tableFunctions,
  tensorDType,
  tensorDTypeCode,
  type UnboundVariable,
  type UnknownKind,
  type UserObjectKind,
  usedOps,
  type VariableBindings,
  type VariableKind,
  type WrittenAsset,
  type WrittenVariables,
} from './index.ts';

/** Opens a SavedModel from a path or a `file:` URL, or from a store as the platform-neutral function does. */
export async function readSavedModel(
  location: string | URL | neutral.SavedModelLocation,
  options?: neutral.ReadSavedModelOptions,
): Promise<neutral.SavedModel> {
  return neutral.readSavedModel(located(location), options);
}

function located(location: string | URL | neutral.SavedModelLocation): neutral.SavedModelLocation {
  if (typeof location !== 'string' && !(location instanceof URL)) return location;
  const path = typeof location === 'string' ? location : fileURLToPath(location);
  return { store: fileStore(path.replace(/[\\/]saved_model\.pb(?:txt)?$/, '')), path: '' };
}

/**
 * Writes a SavedModel to a path or a `file:` URL, whole or not at all, or into a store as the platform-neutral function
 * does.
 */
export async function writeSavedModel(
  target: string | URL | neutral.SavedModelTarget,
  parts: neutral.SavedModelParts,
  options: WriteOptions = {},
): Promise<void> {
  if (typeof target !== 'string' && !(target instanceof URL)) {
    return neutral.writeSavedModel(target, parts, options);
  }
  const write = (store: neutral.SavedModelTarget['store']): Promise<void> =>
    neutral.writeSavedModel({ store, path: '' }, parts, options);
  return saveDirectory(target, write, { signal: options.signal });
}
