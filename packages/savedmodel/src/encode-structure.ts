import { tensorDTypeCode } from '@km/core/tensor-proto';
import type { StructuredValue, TypeSpecProto } from '@km/proto/saved-model';
import type { Structure, TypeSpecStructure } from './structure.ts';
import { shapeProto } from './tensor-shape.ts';

/** Makes the message of a Python value; `undefined` for none at all. */
export function encodeStructure(structure: Structure): StructuredValue.$Properties | undefined {
  switch (structure.kind) {
    case 'unset':
      return undefined;
    case 'none':
      return { noneValue: {} };
    case 'float':
      return { float64Value: structure.value };
    case 'int':
      return { int64Value: structure.value };
    case 'string':
      return { stringValue: structure.value };
    case 'bool':
      return { boolValue: structure.value };
    case 'tensor':
      return { tensorValue: structure.tensor };
    case 'shape':
      return { tensorShapeValue: shapeProto(structure.shape) };
    case 'dtype':
      return { tensorDtypeValue: tensorDTypeCode(structure.dtype) };
    default:
      return encodeComposite(structure);
  }
}

type Composite = Extract<
  Structure,
  { readonly kind: 'tensorSpec' | 'typeSpec' | 'list' | 'tuple' | 'dict' | 'namedTuple' }
>;

function encodeComposite(structure: Composite): StructuredValue.$Properties {
  switch (structure.kind) {
    case 'tensorSpec': {
      const { name, dtype, shape } = structure;
      return {
        tensorSpecValue: { name, dtype: tensorDTypeCode(dtype), shape: shapeProto(shape) },
      };
    }
    case 'typeSpec':
      return { typeSpecValue: encodeTypeSpec(structure) };
    case 'list':
      return { listValue: { values: structure.items.map(encodeItem) } };
    case 'tuple':
      return { tupleValue: { values: structure.items.map(encodeItem) } };
    case 'dict':
      return { dictValue: { fields: encodeEntries(structure.entries) } };
    case 'namedTuple': {
      const values = Array.from(structure.entries, ([key, item]) => ({
        key,
        value: encodeItem(item),
      }));
      return { namedTupleValue: { name: structure.name, values } };
    }
  }
}

function encodeItem(structure: Structure): StructuredValue.$Properties {
  return encodeStructure(structure) ?? {};
}

function encodeEntries(
  entries: ReadonlyMap<string, Structure>,
): Record<string, StructuredValue.$Properties> {
  const fields: Record<string, StructuredValue.$Properties> = Object.create(null);
  for (const [key, item] of entries) fields[key] = encodeItem(item);
  return fields;
}

function encodeTypeSpec(spec: TypeSpecStructure): TypeSpecProto.$Properties {
  const typeState = encodeStructure(spec.state);
  return {
    typeSpecClass: spec.classCode,
    typeSpecClassName: spec.className,
    numFlatComponents: spec.components,
    ...(typeState && { typeState }),
  };
}
