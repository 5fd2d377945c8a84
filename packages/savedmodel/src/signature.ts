import {
  type PartialShape,
  partialShape,
  type TensorDType,
  tensorDType,
} from '@km/core/tensor-proto';
import type { SignatureDef, TensorInfo, TensorProto } from '@km/proto/saved-model';
import { decodeTypeSpec, type TypeSpecStructure } from './structure.ts';

/** Where the values of an input or output are in the graph. */
export type TensorPlace =
  | { readonly kind: 'dense'; readonly tensor: string }
  | {
      readonly kind: 'sparse';
      readonly values: string;
      readonly indices: string;
      readonly denseShape: string;
    }
  | {
      readonly kind: 'composite';
      readonly spec: TypeSpecStructure | undefined;
      readonly components: readonly SignatureTensor[];
    };

/** An input or output of a signature. */
export interface SignatureTensor {
  readonly dtype: TensorDType;
  readonly shape: PartialShape;
  readonly place: TensorPlace;
}

/** A function of a SavedModel that is called by the names of its inputs. */
export interface Signature {
  readonly name: string;
  /** Such as `tensorflow/serving/predict`; empty for the signatures that TensorFlow keeps for itself. */
  readonly methodName: string;
  readonly inputs: ReadonlyMap<string, SignatureTensor>;
  readonly outputs: ReadonlyMap<string, SignatureTensor>;
  /** Values of inputs that may be left out. */
  readonly defaults: ReadonlyMap<string, TensorProto>;
}

/** Reads the signatures of a meta graph. */
export function decodeSignatures(signatures: {
  readonly [name: string]: SignatureDef;
}): ReadonlyMap<string, Signature> {
  return new Map(
    Object.entries(signatures).map(([name, { methodName, inputs, outputs, defaults }]) => [
      name,
      {
        name,
        methodName,
        inputs: decodeTensors(inputs),
        outputs: decodeTensors(outputs),
        defaults: new Map(Object.entries(defaults)),
      },
    ]),
  );
}

function decodeTensors(tensors: {
  readonly [name: string]: TensorInfo;
}): ReadonlyMap<string, SignatureTensor> {
  return new Map(Object.entries(tensors).map(([name, info]) => [name, decodeTensor(info)]));
}

function decodeTensor(info: TensorInfo): SignatureTensor {
  const { dtype, tensorShape } = info;
  return { dtype: tensorDType(dtype), shape: partialShape(tensorShape), place: decodePlace(info) };
}

function decodePlace({ name, cooSparse, compositeTensor }: TensorInfo): TensorPlace {
  if (cooSparse !== null) {
    return {
      kind: 'sparse',
      values: cooSparse.valuesTensorName,
      indices: cooSparse.indicesTensorName,
      denseShape: cooSparse.denseShapeTensorName,
    };
  }
  if (compositeTensor === null) return { kind: 'dense', tensor: name ?? '' };
  const { typeSpec } = compositeTensor;
  return {
    kind: 'composite',
    spec: typeSpec === null ? undefined : decodeTypeSpec(typeSpec),
    components: compositeTensor.components.map(decodeTensor),
  };
}
