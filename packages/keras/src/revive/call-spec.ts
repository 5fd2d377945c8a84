import type { CallSpec, Nested, TensorSpec } from '@km/layers';
import type { FunctionSpec, Structure } from '@km/savedmodel';
import { argumentNames } from './revived-call.ts';

/** What a layer is called with, by the signature of its saved function; null when inputs are not dense tensors. */
export function callSpecOf(signature: Structure, spec: FunctionSpec | undefined): CallSpec | null {
  const [positional, named] = itemsOf(signature);
  const names = [...argumentNames(spec).names].filter((name) => name !== 'self');
  const [first, ...rest] = itemsOf(positional);
  const inputs = first === undefined ? null : specsIn(first);
  if (inputs === null) return null;
  const others: (readonly [string, Structure])[] = rest.map((item, i) => [
    names[i + 1] ?? '',
    item,
  ]);
  if (named?.kind === 'dict') others.push(...named.entries);
  const args: Record<string, Nested<TensorSpec>> = {};
  for (const [name, item] of others) {
    const found = name === 'mask' ? null : specsIn(item);
    if (found !== null) args[name] = found;
  }
  return { inputs, args };
}

function itemsOf(structure: Structure | undefined): readonly Structure[] {
  return structure?.kind === 'list' || structure?.kind === 'tuple' ? structure.items : [];
}

/** The specs of a structure of tensors; null when it holds anything else, or a tensor of unknown rank. */
function specsIn(structure: Structure): Nested<TensorSpec> | null {
  switch (structure.kind) {
    case 'tensorSpec':
      return structure.shape === null ? null : { shape: structure.shape, dtype: structure.dtype };
    case 'list':
    case 'tuple': {
      const items = structure.items.map(specsIn);
      return items.includes(null) ? null : (items as Nested<TensorSpec>[]);
    }
    case 'dict': {
      const entries = Array.from(
        structure.entries,
        ([name, item]) => [name, specsIn(item)] as const,
      );
      if (entries.some(([, item]) => item === null)) return null;
      return Object.fromEntries(entries) as { [name: string]: Nested<TensorSpec> };
    }
    default:
      return null;
  }
}
