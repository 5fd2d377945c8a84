import { type TensorDType, tensorDTypeCode } from '@km/core/tensor-proto';
import type { FunctionDef, NodeDef } from '@km/proto/saved-model';
import { constantAttrs, type NodeAttrs, textAttr, typeAttr } from './graph-nodes.ts';

/** A lookup table that is filled once and never changed. */
export interface StaticTable {
  /** Name under which a session shares the table; tables of equal names have to be equal. */
  readonly sharedName: string;
  readonly keyDType: TensorDType;
  readonly valueDType: TensorDType;
}

/** Names of the functions of a table. */
export interface TableFunctionNames {
  readonly create: string;
  readonly initialize: string;
  readonly destroy: string;
}

/**
 * Makes the functions of a static table, as `tf.lookup.StaticHashTable` has them: one makes it, one fills it and takes the
 * table, the keys and the values, one would destroy it.
 */
export function tableFunctions(
  { sharedName, keyDType, valueDType }: StaticTable,
  names: TableFunctionNames,
): readonly FunctionDef.$Properties[] {
  const [key, value] = [typeAttr(keyDType), typeAttr(valueDType)];
  const made: NodeDef.$Properties = {
    name: 'hash_table',
    op: 'HashTableV2',
    attr: { key_dtype: key, shared_name: textAttr(sharedName), value_dtype: value },
  };
  const filled: NodeDef.$Properties = {
    name: 'import',
    op: 'LookupTableImportV2',
    input: ['table', 'keys', 'values'],
    attr: { Tin: key, Tout: value },
  };
  return [
    define(names.create, [], made, 'hash_table:table_handle:0', 'resource', []),
    define(
      names.initialize,
      [
        ['table', 'resource'],
        ['keys', keyDType],
        ['values', valueDType],
      ],
      filled,
      'Const:output:0',
      'int32',
      ['import'],
    ),
    define(names.destroy, [], undefined, 'Const:output:0', 'int32', []),
  ];
}

const ONE: NodeAttrs = constantAttrs({ dtype: 'int32', shape: [], data: Int32Array.of(1) });

function define(
  name: string,
  inputs: readonly (readonly [string, TensorDType])[],
  node: NodeDef.$Properties | undefined,
  result: string,
  dtype: TensorDType,
  effects: readonly string[],
): FunctionDef.$Properties {
  const constant: NodeDef.$Properties = { name: 'Const', op: 'Const', attr: { ...ONE } };
  const identity: NodeDef.$Properties = {
    name: 'Identity',
    op: 'Identity',
    input: [result, ...effects.map((effect) => `^${effect}`)],
    attr: { T: typeAttr(dtype) },
  };
  return {
    signature: {
      name,
      inputArg: inputs.map(([arg, type]) => ({ name: arg, type: tensorDTypeCode(type) })),
      outputArg: [{ name: 'identity', type: tensorDTypeCode(dtype) }],
      isStateful: true,
      controlOutput: [...effects],
    },
    nodeDef: [
      ...(node === undefined ? [] : [node]),
      ...(result.startsWith('Const:') ? [constant] : []),
      identity,
    ],
    ret: { identity: 'Identity:output:0' },
    controlRet: Object.fromEntries(effects.map((effect) => [effect, effect])),
  };
}
