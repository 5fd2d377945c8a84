import { MalformedError } from '@km/core';
import type { FunctionDef, NodeDef } from '@km/proto/saved-model';
import {
  calledNames,
  type FunctionOrigin,
  gradientName,
  type Renaming,
  renamedFunction,
} from './function-names.ts';

/** Where adopted functions go. */
export interface AdoptingLibrary {
  definition(name: string): FunctionDef.$Properties | undefined;
  newName(base: string): string;
  add(definition: FunctionDef.$Properties): string;
}

/** A gradient that nodes have of their own. */
export interface AdoptedGradient {
  /** Name under which nodes refer to it. */
  readonly registeredOpType: string;
  /** Name of the function that computes it. */
  readonly gradientFunc: string;
}

interface Adopted {
  readonly functions: Map<string, string>;
  readonly gradients: Map<string, string>;
}

/** Functions that a library has taken over as they are from other graphs. */
export class AdoptedFunctions {
  readonly #library: AdoptingLibrary;
  readonly #origins: Map<FunctionOrigin, Adopted> = new Map();
  readonly #gradients: Map<string, AdoptedGradient> = new Map();

  constructor(library: AdoptingLibrary) {
    this.#library = library;
  }

  /** Gradients that belong to functions taken over. */
  get gradients(): readonly AdoptedGradient[] {
    return [...this.#gradients.values()];
  }

  /**
   * Takes over functions with all that they call, in the order of their graph; those that are there already stay. They keep
   * their names unless another function has one.
   * @throws MalformedError when a function is missing.
   */
  adopt(origin: FunctionOrigin, roots: Iterable<string>): Renaming {
    const known = this.#origins.get(origin) ?? { functions: new Map(), gradients: new Map() };
    this.#origins.set(origin, known);
    const needed = reachable(origin, roots, known);
    if (needed.functions.size === 0 && needed.gradients.size === 0) return known;
    const order = origin.names.filter((name) => needed.functions.has(name));
    for (const name of order) known.functions.set(name, this.#freeName(name));
    for (const name of needed.gradients) known.gradients.set(name, this.#freeGradient(name));
    for (const name of order) {
      const definition = origin.get(name);
      if (definition !== undefined) this.#library.add(renamedFunction(definition, known));
    }
    for (const name of needed.gradients) {
      const registeredOpType = known.gradients.get(name) ?? name;
      const gradientFunc = known.functions.get(origin.gradients.get(name) ?? '') ?? '';
      this.#gradients.set(registeredOpType, { registeredOpType, gradientFunc });
    }
    return known;
  }

  #freeName(wanted: string): string {
    const isFree = this.#library.definition(wanted) === undefined;
    const name = isFree ? wanted : this.#library.newName(wanted.replace(/_\d+$/, ''));
    // Reserves the name until the function itself is added.
    this.#library.add({ signature: { name } });
    return name;
  }

  #freeGradient(name: string): string {
    for (let count = 0; ; count++) {
      const free = count === 0 ? name : `${name}_${count}`;
      if (!this.#gradients.has(free)) return free;
    }
  }
}

interface Needed {
  readonly functions: ReadonlySet<string>;
  readonly gradients: ReadonlySet<string>;
}

/** Functions and gradients that some functions need and that are not taken over yet. */
function reachable(origin: FunctionOrigin, roots: Iterable<string>, known: Adopted): Needed {
  const functions = new Set<string>();
  const gradients = new Set<string>();
  const add = (name: string): void => {
    if (!known.functions.has(name)) functions.add(name);
  };
  for (const root of roots) add(root);
  // Functions that are found are added to the set and visited later.
  for (const name of functions) {
    for (const node of definitionOf(origin, name).nodeDef) {
      for (const called of calledBy(node, origin)) add(called);
      const gradient = gradientName(node) ?? '';
      const gradientFunction = origin.gradients.get(gradient);
      if (gradientFunction === undefined) continue;
      if (!known.gradients.has(gradient)) gradients.add(gradient);
      add(gradientFunction);
    }
  }
  return { functions, gradients };
}

function definitionOf(origin: FunctionOrigin, name: string): FunctionDef {
  const definition = origin.get(name);
  if (definition !== undefined) return definition;
  throw new MalformedError(`The SavedModel has no function ${name}; it is damaged.`, {
    path: name,
  });
}

/** Functions that a node calls; its op is one only where the graph has a function of that name. */
function calledBy(node: NodeDef, origin: FunctionOrigin): string[] {
  return calledNames(node).filter((name, index) => index > 0 || origin.get(name) !== undefined);
}
