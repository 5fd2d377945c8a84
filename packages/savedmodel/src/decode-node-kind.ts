import { partialShape, tensorDType } from '@km/core/tensor-proto';
import {
  FunctionSpec as FunctionSpecMessage,
  type ObjectOutline,
  type SavedVariable,
} from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { once } from './once.ts';
import type { FunctionSpec, SavedNodeKind, VariableKind } from './saved-node.ts';
import { decodeStructure } from './structure.ts';

/** Reads what an object of a SavedModel is. */
export function decodeNodeKind(proto: ObjectOutline, source: string): SavedNodeKind {
  return (
    decodeObject(proto) ??
    decodeFunction(proto, source) ??
    decodeTensorSource(proto) ?? { kind: 'unknown' }
  );
}

function decodeObject({ userObject, asset, resource }: ObjectOutline): SavedNodeKind | undefined {
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

function decodeFunction(proto: ObjectOutline, source: string): SavedNodeKind | undefined {
  const { function: polymorphic, bareConcreteFunction: bare } = proto;
  if (polymorphic !== null) {
    const { concreteFunctions, functionSpec } = polymorphic;
    const spec = once(() => decodeSpec(functionSpec, source));
    return {
      kind: 'function',
      concreteFunctions,
      get spec() {
        return spec();
      },
    };
  }
  if (bare === null) return undefined;
  const spec = once(() => decodeSpec(bare.functionSpec, source));
  return {
    kind: 'bareConcreteFunction',
    concreteFunction: bare.concreteFunctionName,
    argumentKeywords: bare.argumentKeywords,
    allowedPositionalArguments: Number(bare.allowedPositionalArguments),
    get spec() {
      return spec();
    },
  };
}

function decodeTensorSource(proto: ObjectOutline): SavedNodeKind | undefined {
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

function decodeSpec(bytes: Uint8Array | null, source: string): FunctionSpec | undefined {
  if (bytes === null) return undefined;
  const proto = decodeMessage(FunctionSpecMessage, bytes, source);
  const { fullargspec, isMethod, inputSignature, jitCompile } = proto;
  return {
    fullargspec: decodeStructure(fullargspec),
    isMethod,
    inputSignature: decodeStructure(inputSignature),
    jitCompile,
  };
}
