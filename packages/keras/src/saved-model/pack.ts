import { MalformedError } from '@km/core';
import type { Structure } from '@km/savedmodel';
import type * as tf from '@tensorflow/tfjs-core';
import { componentCount, specClass } from './component-count.ts';
import { compositeOf } from './composites.ts';
import type { StructuredOutput } from './values.ts';

/** Puts the tensors that a function returned into the structure that it has in Python. */
export function pack(structure: Structure, tensors: readonly tf.Tensor[]): StructuredOutput {
  const rest = [...tensors];
  const take = (): tf.Tensor => {
    const tensor = rest.shift();
    if (tensor === undefined)
      throw new MalformedError('A function returns fewer tensors than its signature says.');
    return tensor;
  };
  return packWith(structure, take);
}

function packWith(structure: Structure, take: () => tf.Tensor): StructuredOutput {
  switch (structure.kind) {
    case 'tensorSpec':
      return take();
    case 'typeSpec': {
      const parts = Array.from({ length: componentCount(structure) }, take);
      return compositeOf(specClass(structure), parts);
    }
    case 'list':
    case 'tuple':
      return structure.items.map((item) => packWith(item, take));
    case 'namedTuple':
      return record([...structure.entries], take);
    case 'dict':
      return record(
        [...structure.entries].sort(([a], [b]) => (a < b ? -1 : 1)),
        take,
      );
    default:
      return literalOf(structure);
  }
}

function record(
  entries: readonly (readonly [string, Structure])[],
  take: () => tf.Tensor,
): StructuredOutput {
  const result: { [name: string]: StructuredOutput } = Object.create(null);
  for (const [name, item] of entries) result[name] = packWith(item, take);
  return result;
}

/** Value of a literal; `null` for Python's None and for what has no value here. */
export function literalOf(structure: Structure): number | boolean | string | null {
  switch (structure.kind) {
    case 'bool':
    case 'float':
    case 'string':
      return structure.value;
    case 'int':
      return Number(structure.value);
    case 'dtype':
      return structure.dtype;
    default:
      return null;
  }
}
