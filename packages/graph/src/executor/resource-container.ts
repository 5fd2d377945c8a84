import { MalformedError } from '@km/core';
import type { Resource } from './values.ts';

/** The resources of a program by kind and name: nodes with the same shared name mean the same resource. */
export class ResourceContainer {
  readonly #resources = new Map<string, Resource>();

  /** The resource of a name, made when it is asked for first. @throws MalformedError when it is of another class. */
  get<R extends Resource>(
    type: abstract new (...args: never[]) => R,
    name: string,
    make: () => R,
  ): R {
    const known = this.#resources.get(name);
    if (known === undefined) {
      const made = make();
      this.#resources.set(name, made);
      return made;
    }
    if (known instanceof type) return known;
    throw new MalformedError(`The graph uses the ${known.kind} '${name}' as something else.`);
  }

  /** Puts a resource into the place of a name. */
  set(name: string, resource: Resource): void {
    this.#resources.set(name, resource);
  }

  /** Resources by name. */
  entries(): IterableIterator<[string, Resource]> {
    return this.#resources.entries();
  }
}
