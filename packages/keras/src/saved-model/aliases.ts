import type { MetaGraph, SavedObjectGraph } from '@km/savedmodel';
import type { LoadedValue, ObjectRestorer } from './objects.ts';
import { restoredFunction } from './restored-function.ts';

/**
 * The functions of a SavedModel by the names that `SaveOptions.function_aliases` gave them: the function with the same
 * traces, or else one function per trace.
 * @throws MalformedError for an alias of a trace that is not there.
 */
export function aliasedFunctions(
  { functionAliases }: MetaGraph,
  graph: SavedObjectGraph,
  restorer: ObjectRestorer,
): { readonly [alias: string]: LoadedValue } {
  const byAlias = new Map<string, Set<string>>();
  for (const [name, alias] of functionAliases) {
    byAlias.set(alias, (byAlias.get(alias) ?? new Set()).add(name));
  }
  const aliases: { [alias: string]: LoadedValue } = Object.create(null);
  for (const [alias, names] of byAlias) {
    const whole = graph.nodes.find(
      ({ value }) => value.kind === 'function' && sameItems(names, value.concreteFunctions),
    );
    aliases[alias] =
      whole === undefined
        ? [...names].map((name) => oneTrace(name, graph, restorer))
        : restorer.value(whole.id);
  }
  return Object.freeze(aliases);
}

/** One trace as a function: as a signature where it is one. */
function oneTrace(name: string, graph: SavedObjectGraph, restorer: ObjectRestorer): LoadedValue {
  const bare = graph.nodes.find(
    ({ value }) => value.kind === 'bareConcreteFunction' && value.concreteFunction === name,
  );
  if (bare !== undefined) return restorer.value(bare.id);
  return restoredFunction([restorer.trace(name)], undefined, name);
}

function sameItems(names: ReadonlySet<string>, others: readonly string[]): boolean {
  return names.size === new Set(others).size && others.every((name) => names.has(name));
}
