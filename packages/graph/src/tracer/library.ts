import type { DType } from '@km/core';
import { encodeProto } from '@km/proto';
import { FunctionDef } from '@km/proto/saved-model';
import { AdoptedFunctions } from './adopted-functions.ts';
import { canonicalSpecs } from './sizes.ts';
import { textOf } from './text-of-bytes.ts';
import type { TracedFunction, TracedResource, TraceSpec } from './types.ts';

/** A function of an owner, to be traced once for inputs of the same kinds. */
export interface SharedFunction {
  readonly owner: object;
  /** Everything but tensors that the function depends on. */
  readonly key: string;
}

/** Functions of one graph, with names that no two have. */
export class FunctionLibrary {
  /** Functions that were taken over as they are from other graphs. */
  readonly adopted: AdoptedFunctions = new AdoptedFunctions(this);
  readonly #definitions: Map<string, FunctionDef.$Properties> = new Map();
  readonly #shared: Map<object, Map<string, TracedFunction>> = new Map();
  /** Names of functions by what they do, by owner. */
  readonly #bodies: Map<object, Map<string, string>> = new Map();
  readonly #undo: Map<string, () => void> = new Map();
  readonly #ids: Map<TracedResource, number> = new Map();
  #next: number;

  /** @param first Number at the end of the first name. */
  constructor(first: number = 0) {
    this.#next = first;
  }

  /** Definitions of all functions, those that are called before those that call them. */
  get definitions(): readonly FunctionDef.$Properties[] {
    return [...this.#definitions.values()];
  }

  /** A name that no function has yet: the base and a number. */
  newName(base: string): string {
    for (;;) {
      const name = `${base}_${this.#next}`;
      this.#next += 1;
      if (!this.#definitions.has(name)) return name;
    }
  }

  /**
   * Adds a definition under its name.
   *
   * @param owner Whose function it is, if it may have the same one already under another name, which is then kept.
   * @returns The name under which the function is.
   */
  add(
    definition: FunctionDef.$Properties,
    owner?: object,
    captures: readonly TracedResource[] = [],
  ): string {
    const { signature } = definition;
    const name = signature?.name ?? '';
    if (owner === undefined) {
      this.#definitions.set(name, definition);
      return name;
    }
    const nameless = { ...definition, signature: { ...signature, name: '' } };
    const body = textOf(encodeProto(FunctionDef, nameless));
    const key = `${captures.map((each) => this.#idOf(each)).join()} ${body}`;
    const own = this.#bodies.get(owner) ?? new Map<string, string>();
    const known = own.get(key);
    if (known !== undefined) return known;
    this.#bodies.set(owner, own.set(key, name));
    this.#definitions.set(name, definition);
    this.#undo.set(name, () => own.delete(key));
    return name;
  }

  /** Takes functions out again. */
  remove(names: readonly string[]): void {
    for (const name of names) {
      this.#undo.get(name)?.();
      this.#definitions.delete(name);
    }
  }

  #idOf(resource: TracedResource): number {
    const id = this.#ids.get(resource) ?? this.#ids.size;
    this.#ids.set(resource, id);
    return id;
  }

  /** The definition of a name. */
  definition(name: string): FunctionDef.$Properties | undefined {
    return this.#definitions.get(name);
  }

  /** The function of an owner for inputs of these kinds, if there is one. */
  find({ owner, key }: SharedFunction, specs: readonly TraceSpec[]): TracedFunction | undefined {
    return this.#shared.get(owner)?.get(keyOf(key, specs));
  }

  /** Keeps a function for later calls. */
  share({ owner, key }: SharedFunction, specs: readonly TraceSpec[], traced: TracedFunction): void {
    const own = this.#shared.get(owner) ?? new Map<string, TracedFunction>();
    this.#shared.set(owner, own.set(keyOf(key, specs), traced));
  }
}

function keyOf(key: string, specs: readonly TraceSpec[]): string {
  return `${key} ${JSON.stringify(canonicalSpecs(specs))}`;
}

/** How a function is to be traced. */
export interface TraceOptions {
  /** Name of the function, to which a number is added; default `__inference_function`. */
  readonly name?: string;
  /** Where the function and those that it calls go; default a library of its own. */
  readonly library?: FunctionLibrary;
  /** Types of the outputs where they differ from those in which tfjs computes. */
  readonly outputTypes?: readonly (DType | null | undefined)[];
  /** Lets calls that are traced inside of other functions find this one. */
  readonly shared?: SharedFunction;
}
