import {
  type PartialShape,
  partialShape,
  type TensorDType,
  tensorDType,
} from '@km/core/tensor-proto';
import type { StructuredValue, TensorProto, TypeSpecProto } from '@km/proto/saved-model';

/** What a function takes at one place: a tensor of this kind. */
export interface TensorSpecStructure {
  readonly kind: 'tensorSpec';
  readonly name: string;
  readonly dtype: TensorDType;
  readonly shape: PartialShape;
}

/** What a function takes at one place: a composite of tensors, such as a ragged one. */
export interface TypeSpecStructure {
  readonly kind: 'typeSpec';
  /** Class in Python, such as `RaggedTensorSpec`. */
  readonly className: string;
  /** Number of TensorFlow's `TypeSpecProto.TypeSpecClass`. */
  readonly classCode: number;
  readonly state: Structure;
  /** Tensors that it consists of; 0 where the writer does not say. */
  readonly components: number;
}

/** A Python value as a SavedModel describes signatures: nested containers of literals and of specs. */
export type Structure =
  | { readonly kind: 'none' }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'shape'; readonly shape: PartialShape }
  | { readonly kind: 'dtype'; readonly dtype: TensorDType }
  | TensorSpecStructure
  | TypeSpecStructure
  | { readonly kind: 'list'; readonly items: readonly Structure[] }
  | { readonly kind: 'tuple'; readonly items: readonly Structure[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Structure> }
  | {
      readonly kind: 'namedTuple';
      readonly name: string;
      readonly entries: ReadonlyMap<string, Structure>;
    }
  | { readonly kind: 'tensor'; readonly tensor: TensorProto }
  /** Nothing is set, which is no value in Python. */
  | { readonly kind: 'unset' };

/** Reads the description of a Python value. */
export function decodeStructure(proto: StructuredValue | null): Structure {
  return proto === null
    ? { kind: 'unset' }
    : (literal(proto) ?? described(proto) ?? container(proto));
}

function literal(proto: StructuredValue): Structure | undefined {
  if (proto.noneValue !== null) return { kind: 'none' };
  if (proto.float64Value !== null) return { kind: 'float', value: proto.float64Value };
  if (proto.int64Value !== null) return { kind: 'int', value: proto.int64Value };
  if (proto.stringValue !== null) return { kind: 'string', value: proto.stringValue };
  if (proto.boolValue !== null) return { kind: 'bool', value: proto.boolValue };
  const tensor = proto.tensorValue ?? proto.numpyValue;
  return tensor === null ? undefined : { kind: 'tensor', tensor };
}

function described(proto: StructuredValue): Structure | undefined {
  if (proto.tensorShapeValue !== null) {
    return { kind: 'shape', shape: partialShape(proto.tensorShapeValue) };
  }
  if (proto.tensorDtypeValue !== null) {
    return { kind: 'dtype', dtype: tensorDType(proto.tensorDtypeValue) };
  }
  const spec = proto.tensorSpecValue ?? proto.boundedTensorSpecValue;
  if (spec !== null) {
    const { name, dtype, shape } = spec;
    return { kind: 'tensorSpec', name, dtype: tensorDType(dtype), shape: partialShape(shape) };
  }
  const type = proto.typeSpecValue;
  return type === null ? undefined : decodeTypeSpec(type);
}

/** Reads the description of a composite of tensors. */
export function decodeTypeSpec(proto: TypeSpecProto): TypeSpecStructure {
  return {
    kind: 'typeSpec',
    className: proto.typeSpecClassName,
    classCode: proto.typeSpecClass,
    state: decodeStructure(proto.typeState),
    components: proto.numFlatComponents,
  };
}

function container(proto: StructuredValue): Structure {
  if (proto.listValue !== null) {
    return { kind: 'list', items: proto.listValue.values.map(decodeStructure) };
  }
  if (proto.tupleValue !== null) {
    return { kind: 'tuple', items: proto.tupleValue.values.map(decodeStructure) };
  }
  if (proto.dictValue !== null) {
    const fields = Object.entries(proto.dictValue.fields);
    return {
      kind: 'dict',
      entries: new Map(fields.map(([key, item]) => [key, decodeStructure(item)])),
    };
  }
  if (proto.namedTupleValue === null) return { kind: 'unset' };
  const { name, values } = proto.namedTupleValue;
  const entries = values.map(({ key, value }) => [key, decodeStructure(value)] as const);
  return { kind: 'namedTuple', name, entries: new Map(entries) };
}

/**
 * Specs of a structure in the order in which a function takes or gives its tensors: dicts by sorted keys, composites
 * as one spec each.
 */
export function specsOf(
  structure: Structure,
): readonly (TensorSpecStructure | TypeSpecStructure)[] {
  switch (structure.kind) {
    case 'tensorSpec':
    case 'typeSpec':
      return [structure];
    case 'list':
    case 'tuple':
      return structure.items.flatMap(specsOf);
    case 'namedTuple':
      return [...structure.entries.values()].flatMap(specsOf);
    case 'dict':
      return [...structure.entries]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, item]) => specsOf(item));
    default:
      return [];
  }
}
