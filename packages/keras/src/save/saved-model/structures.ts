import type { DType } from '@km/core';
import type { TracedOutput } from '@km/graph';
import { is_keras_tensor, type KerasTensor, type Nested } from '@km/layers';
import type { FunctionSpec, Structure } from '@km/savedmodel';

const NONE: Structure = { kind: 'none' };

/** Spec of a tensor. */
export function tensorSpec(
  name: string,
  { shape, dtype }: { readonly shape: readonly (number | null)[]; readonly dtype: DType },
): Structure {
  return { kind: 'tensorSpec', name, shape, dtype };
}

/** Specs of inputs, under their names, in the lists and dictionaries that they come in. */
export function inputStructure(item: Nested<KerasTensor>): Structure {
  if (is_keras_tensor(item)) return tensorSpec(item.name, item);
  return containerOf(item, inputStructure);
}

/** Specs of outputs, numbered, in the lists and dictionaries that they come in. */
export function outputStructure(item: Nested<TracedOutput>): Structure {
  let count = 0;
  const describe = (part: Nested<TracedOutput>): Structure => {
    if (!isOutput(part)) return containerOf(part, describe);
    count += 1;
    return tensorSpec(String(count - 1), part);
  };
  return describe(item);
}

function isOutput(item: Nested<TracedOutput>): item is TracedOutput {
  return 'dtype' in item && typeof item.dtype === 'string';
}

function containerOf<Leaf>(
  item: Nested<Leaf>,
  describe: (part: Nested<Leaf>) => Structure,
): Structure {
  if (Array.isArray(item)) return list(item.map(describe));
  const entries = Object.entries(item as Readonly<Record<string, Nested<Leaf>>>);
  return dictionary(entries.map(([key, part]) => [key, describe(part)]));
}

/** A dictionary. */
export function dictionary(entries: readonly (readonly [string, Structure])[]): Structure {
  return { kind: 'dict', entries: new Map(entries) };
}

/** A list. */
export function list(items: readonly Structure[]): Structure {
  return { kind: 'list', items };
}

/** A tuple. */
export function tuple(items: readonly Structure[]): Structure {
  return { kind: 'tuple', items };
}

/** Arguments of a call: by position, and by keyword. */
export function callSignature(
  args: readonly Structure[],
  kwargs: readonly (readonly [string, Structure])[] = [],
): Structure {
  return tuple([tuple(args), dictionary(kwargs)]);
}

/** Arguments that Python sees, the last ones with defaults, in the form that TensorFlow 2.4 to 2.21 read. */
export function functionSpec(
  args: readonly string[],
  defaults: readonly Structure[] | null,
): FunctionSpec {
  const fields: (readonly [string, Structure])[] = [
    ['args', list(args.map((value) => ({ kind: 'string', value })))],
    ['varargs', NONE],
    ['varkw', NONE],
    ['defaults', defaults === null ? NONE : list(defaults)],
    ['kwonlyargs', list([])],
    ['kwonlydefaults', dictionary([])],
    ['annotations', dictionary([])],
  ];
  return {
    fullargspec: { kind: 'namedTuple', name: 'FullArgSpec', entries: new Map(fields) },
    isMethod: false,
    inputSignature: NONE,
    jitCompile: 0,
  };
}
