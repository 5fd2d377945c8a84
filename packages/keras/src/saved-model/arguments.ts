import type { FunctionSpec, Structure } from '@km/savedmodel';
import { isComposite } from './composites.ts';
import { literalOf } from './pack.ts';
import { isTensor } from './to-tensor.ts';
import type { StructuredInput } from './values.ts';

/** Arguments as a signature has them: those by position, and those by name only. */
export interface BoundArguments {
  readonly positional: readonly StructuredInput[];
  readonly named: { readonly [name: string]: StructuredInput };
}

interface Parameters {
  readonly names: readonly string[];
  readonly defaults: ReadonlyMap<string, StructuredInput>;
  readonly keywordOnly: readonly string[];
  readonly takesMore: boolean;
  readonly takesAnyName: boolean;
}

function entry(spec: Structure, name: string): Structure {
  return (spec.kind === 'namedTuple' ? spec.entries.get(name) : undefined) ?? { kind: 'none' };
}

function items(structure: Structure): readonly Structure[] {
  return structure.kind === 'list' || structure.kind === 'tuple' ? structure.items : [];
}

function texts(structure: Structure): string[] {
  return items(structure).flatMap((item) => (item.kind === 'string' ? [item.value] : []));
}

/** Value that an argument has unless a caller gives one. */
function defaultOf(structure: Structure): StructuredInput {
  if (structure.kind === 'list' || structure.kind === 'tuple')
    return structure.items.map(defaultOf);
  return literalOf(structure);
}

/** Reads what Python knows of a function's arguments. */
function parametersOf(spec: FunctionSpec): Parameters {
  const { fullargspec } = spec;
  const all = texts(entry(fullargspec, 'args'));
  const names = spec.isMethod || all[0] === 'self' ? all.slice(1) : all;
  const values = items(entry(fullargspec, 'defaults'));
  const defaults = new Map<string, StructuredInput>();
  for (const [i, value] of values.entries()) {
    const name = names[names.length - values.length + i];
    if (name !== undefined) defaults.set(name, defaultOf(value));
  }
  const more = entry(fullargspec, 'kwonlydefaults');
  if (more.kind === 'dict')
    for (const [name, value] of more.entries) defaults.set(name, defaultOf(value));
  return {
    names,
    defaults,
    keywordOnly: texts(entry(fullargspec, 'kwonlyargs')),
    takesMore: entry(fullargspec, 'varargs').kind === 'string',
    takesAnyName: entry(fullargspec, 'varkw').kind === 'string',
  };
}

/** True for an object that names arguments rather than being one. */
function isKeywords(
  value: StructuredInput,
  parameters: Parameters,
  position: number,
): value is { readonly [name: string]: StructuredInput } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (isTensor(value) || isComposite(value) || ArrayBuffer.isView(value)) return false;
  const keys = Object.keys(value);
  const open = new Set([...parameters.names.slice(position), ...parameters.keywordOnly]);
  return keys.length > 0 && keys.every((key) => open.has(key) || parameters.takesAnyName);
}

/**
 * Binds the arguments of a call: those by position first, then one object with those by name. Arguments that are left
 * out take their defaults.
 * @throws TypeError as Python does, for too many or unknown ones.
 */
export function bindArguments(
  spec: FunctionSpec | undefined,
  args: readonly StructuredInput[],
): BoundArguments {
  if (spec === undefined) return { positional: args, named: {} };
  const parameters = parametersOf(spec);
  const last = args.at(-1);
  const names = isKeywords(last, parameters, args.length - 1) ? last : {};
  const given = last !== undefined && names === last ? args.slice(0, -1) : args;
  if (given.length > parameters.names.length && !parameters.takesMore) {
    throw new TypeError(
      `The function takes ${parameters.names.length} arguments by position, got ${given.length}.`,
    );
  }
  const value = (name: string): StructuredInput =>
    Object.hasOwn(names, name) ? names[name] : parameters.defaults.get(name);
  const positional = [...given, ...parameters.names.slice(given.length).map(value)];
  const named: { [name: string]: StructuredInput } = Object.create(null);
  for (const name of parameters.keywordOnly) named[name] = value(name);
  for (const name of Object.keys(names)) {
    if (!parameters.names.includes(name)) named[name] = names[name];
  }
  return { positional, named };
}
