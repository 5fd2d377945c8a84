import { partialShape, tensorDType } from '@km/core/tensor-proto';
import type {
  FunctionSpec as FunctionSpecProto,
  SavedObject,
  SavedVariable,
} from '@km/proto/saved-model';
import type { FunctionSpec, SavedNodeKind, VariableKind } from './saved-node.ts';
import { decodeStructure } from './structure.ts';

/** Reads what an object of a SavedModel is. */
export function decodeNodeKind(proto: SavedObject): SavedNodeKind {
  return (
    decodeObject(proto) ?? decodeFunction(proto) ?? decodeTensorSource(proto) ?? { kind: 'unknown' }
  );
}

function decodeObject({ userObject, asset, resource }: SavedObject): SavedNodeKind | undefined {
  if (userObject !== null) {
    const { identifier, version, metadata } = userObject;
    return {
      kind: 'userObject',
      identifier,
      producer: version?.producer ?? 0,
      minConsumer: version?.minConsumer ?? 0,
      metadata,
    };
  }
  if (asset !== null) return { kind: 'asset', asset: asset.assetFileDefIndex };
  return resource === null ? undefined : { kind: 'resource', device: resource.device };
}

function decodeFunction(proto: SavedObject): SavedNodeKind | undefined {
  const { function: polymorphic, bareConcreteFunction: bare } = proto;
  if (polymorphic !== null) {
    const { concreteFunctions, functionSpec } = polymorphic;
    return { kind: 'function', concreteFunctions, spec: decodeSpec(functionSpec) };
  }
  if (bare === null) return undefined;
  return {
    kind: 'bareConcreteFunction',
    concreteFunction: bare.concreteFunctionName,
    argumentKeywords: bare.argumentKeywords,
    allowedPositionalArguments: Number(bare.allowedPositionalArguments),
    spec: decodeSpec(bare.functionSpec),
  };
}

function decodeTensorSource(proto: SavedObject): SavedNodeKind | undefined {
  const { variable, constant, capturedTensor } = proto;
  if (variable !== null) return decodeVariable(variable);
  if (constant !== null) return { kind: 'constant', operation: constant.operation };
  if (capturedTensor === null) return undefined;
  const { name, concreteFunction } = capturedTensor;
  return { kind: 'capturedTensor', name, concreteFunction };
}

function decodeVariable(proto: SavedVariable): VariableKind {
  const { trainable, synchronization, aggregation, name, device } = proto;
  return {
    kind: 'variable',
    dtype: tensorDType(proto.dtype),
    shape: partialShape(proto.shape),
    trainable,
    synchronization,
    aggregation,
    name,
    device,
    components: proto.experimentalDistributedVariableComponents.map(decodeVariable),
  };
}

function decodeSpec(proto: FunctionSpecProto | null): FunctionSpec | undefined {
  if (proto === null) return undefined;
  const { fullargspec, isMethod, inputSignature, jitCompile } = proto;
  return {
    fullargspec: decodeStructure(fullargspec),
    isMethod,
    inputSignature: decodeStructure(inputSignature),
    jitCompile,
  };
}
