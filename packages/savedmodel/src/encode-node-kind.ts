import { tensorDTypeCode } from '@km/core/tensor-proto';
import type {
  FunctionSpec as FunctionSpecProto,
  SavedObject,
  SavedVariable,
} from '@km/proto/saved-model';
import { encodeStructure } from './encode-structure.ts';
import type { FunctionSpec, SavedNodeKind, VariableKind } from './saved-node.ts';
import { shapeProto } from './tensor-shape.ts';

/** Makes the part of an object's message that says what it is. */
export function encodeNodeKind(value: SavedNodeKind): SavedObject.$Properties {
  switch (value.kind) {
    case 'userObject': {
      const { identifier, producer, minConsumer, metadata } = value;
      return { userObject: { identifier, version: { producer, minConsumer }, metadata } };
    }
    case 'asset':
      return { asset: { assetFileDefIndex: value.asset } };
    case 'function':
      return {
        function: {
          concreteFunctions: [...value.concreteFunctions],
          ...(value.spec && { functionSpec: encodeSpec(value.spec) }),
        },
      };
    case 'variable':
      return { variable: encodeVariable(value) };
    case 'bareConcreteFunction':
      return {
        bareConcreteFunction: {
          concreteFunctionName: value.concreteFunction,
          argumentKeywords: [...value.argumentKeywords],
          allowedPositionalArguments: BigInt(value.allowedPositionalArguments),
          ...(value.spec && { functionSpec: encodeSpec(value.spec) }),
        },
      };
    case 'constant':
      return { constant: { operation: value.operation } };
    case 'resource':
      return { resource: { device: value.device } };
    case 'capturedTensor':
      return { capturedTensor: { name: value.name, concreteFunction: value.concreteFunction } };
    case 'unknown':
      return {};
  }
}

function encodeVariable(variable: VariableKind): SavedVariable.$Properties {
  const { dtype, shape, trainable, synchronization, aggregation, name, device } = variable;
  return {
    dtype: tensorDTypeCode(dtype),
    shape: shapeProto(shape),
    trainable,
    synchronization,
    aggregation,
    name,
    device,
    experimentalDistributedVariableComponents: variable.components.map(encodeVariable),
  };
}

function encodeSpec(spec: FunctionSpec): FunctionSpecProto.$Properties {
  const fullargspec = encodeStructure(spec.fullargspec);
  const inputSignature = encodeStructure(spec.inputSignature);
  return {
    ...(fullargspec && { fullargspec }),
    isMethod: spec.isMethod,
    ...(inputSignature && { inputSignature }),
    jitCompile: spec.jitCompile,
  };
}
