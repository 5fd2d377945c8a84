import type { Tensor } from '@km/core';
import { fingerprint64 } from '@km/core/fingerprint64';
import type { LookupTable } from '@km/layers';
import { type Structure, tableFunctions } from '@km/savedmodel';
import type { FunctionPlan } from './function-plan.ts';
import type { ObjectPlan } from './object-plan.ts';
import { callSignature, functionSpec, tensorSpec } from './structures.ts';

/** Edge from a layer to its table. */
export const TABLE_EDGE = 'lookup_table';

/** Adds a lookup table with its functions below the layer that it belongs to; gives its object. */
export function addTable(table: LookupTable, plan: ObjectPlan, functions: FunctionPlan): number {
  const { library, constants } = functions;
  const id = plan.add({ kind: 'resource', device: '' });
  plan.bind(table, id);
  const [keys, values] = [table.keys, table.values].map((tokens, index) =>
    tensorOf(tokens, index === 0 ? table.keysAreText : table.valuesAreText),
  ) as [Tensor, Tensor];
  const [keyNode, valueNode] = [keys, values].map((tensor, index) => {
    const operation = `${index === 0 ? 'keys' : 'values'}_of_table_${id}`;
    constants.set(operation, tensor);
    return plan.add({ kind: 'constant', operation });
  }) as [number, number];
  const names = {
    create: library.newName('__inference__creator'),
    initialize: library.newName('__inference__initializer'),
    destroy: library.newName('__inference__destroyer'),
  };
  const sharedName = `table_${hashOf(keys, values).toString(16)}`;
  const shared = { sharedName, keyDType: keys.dtype, valueDType: values.dtype };
  for (const definition of tableFunctions(shared, names)) library.add(definition, table);
  const add = (edge: string, name: string, boundInputs: number[], output: Structure): void => {
    const inputSignature = callSignature([]);
    plan.addConcrete({ name, boundInputs, inputSignature, outputSignature: output });
    plan.link(id, edge, functions.addFunction([name], functionSpec([], null)));
  };
  const done = tensorSpec('', { shape: [], dtype: 'int32' });
  add('_create_resource', names.create, [], handleSpec());
  add('_initialize', names.initialize, [id, keyNode, valueNode], done);
  add('_destroy_resource', names.destroy, [], done);
  const owner = plan.idOf(table.owner);
  if (owner !== undefined) plan.link(owner, TABLE_EDGE, id);
  return id;
}

function handleSpec(): Structure {
  return { kind: 'tensorSpec', name: '', shape: [], dtype: 'resource' };
}

const encoder = new TextEncoder();

function tensorOf(tokens: readonly (string | number)[], isText: boolean): Tensor {
  const shape = [tokens.length];
  if (isText) {
    return { dtype: 'string', shape, data: tokens.map((token) => encoder.encode(String(token))) };
  }
  return { dtype: 'int64', shape, data: BigInt64Array.from(tokens, (token) => BigInt(token)) };
}

/** A number that differs for tables that differ, since a session has one table per name. */
function hashOf(...tensors: readonly Tensor[]): bigint {
  const text = tensors.map(({ data }) => Array.from(data as ArrayLike<unknown>, String).join(','));
  return fingerprint64(encoder.encode(text.join(';')));
}
