import { isPlainObject } from './nest.ts';
import { heldBy } from './owned-functions.ts';
import { Variable } from './variable.ts';

/** Base of the objects whose properties are searched for variables and further modules. */
export abstract class Module {
  /** True for metrics, which do not belong to the topology of the layer that holds them. */
  static readonly isMetric: boolean = false;

  /** Direct children: variables and modules found in the properties. */
  _tracked_children(): (Variable | Module)[] {
    return trackedLeaves(Object.values(this));
  }
}

/** What a property of a module can hold that is part of the model. */
export type Tracked = Variable | Module | readonly unknown[] | Record<string, unknown>;

/** True when a value holds a variable or a module, itself or at some depth; values that hold themselves are passed. */
function isTracked(value: unknown, passed: Set<unknown> = new Set()): value is Tracked {
  if (value instanceof Variable || value instanceof Module) return true;
  const isList = Array.isArray(value);
  if ((!isList && !isPlainObject(value)) || passed.has(value)) return false;
  passed.add(value);
  const items: readonly unknown[] = isList ? value : Object.values(value);
  return items.some((item) => typeof item === 'object' && isTracked(item, passed));
}

/** Properties of an object that hold variables, modules, or lists and dictionaries of these. */
export function trackedProperties(owner: object): [string, Tracked][] {
  const found: [string, Tracked][] = [];
  for (const [name, given] of Object.entries(owner)) {
    const value = heldBy(given);
    if (isTracked(value)) found.push([name, value]);
  }
  return found;
}

/** Variables and modules inside of values, in order, lists and dictionaries opened. */
export function trackedLeaves(values: readonly unknown[]): (Variable | Module)[] {
  const found: (Variable | Module)[] = [];
  const passed = new Set<unknown>();
  const visit = (given: unknown): void => {
    const value = heldBy(given);
    if (typeof value !== 'object' || value === null) return;
    if (value instanceof Variable || value instanceof Module) {
      found.push(value);
      return;
    }
    const isList = Array.isArray(value);
    if ((!isList && !isPlainObject(value)) || passed.has(value)) return;
    passed.add(value);
    for (const item of isList ? value : Object.values(value)) visit(item);
  };
  for (const value of values) visit(value);
  return found;
}

/** True for a metric. */
export function isMetric(module: Module): boolean {
  return (module.constructor as typeof Module).isMetric;
}

/** The variables of a list, each once. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
