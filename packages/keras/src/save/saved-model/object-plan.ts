import type {
  ConcreteFunction,
  SavedEdge,
  SavedNode,
  SavedNodeKind,
  SavedObjectGraph,
} from '@km/savedmodel';

/** An object that is going to be written. */
interface PlannedObject {
  readonly value: SavedNodeKind;
  readonly children: SavedEdge[];
  readonly registeredName: string;
  /** Where an object of a file stands for itself, what else is noted of it. */
  readonly from: SavedNode | undefined;
  readonly saveables: Map<string, { readonly save: number; readonly restore: number }>;
}

/** Identifier of objects of no class that TensorFlow knows. */
export const PLAIN = '_generic_user_object';

/** Objects of a SavedModel while they are gathered, the root first. */
export class ObjectPlan {
  readonly #objects: PlannedObject[] = [];
  readonly #ids: Map<object, number> = new Map();
  readonly #functions: Map<string, ConcreteFunction> = new Map();

  /** Adds an object and returns its index. */
  add(value: SavedNodeKind, registeredName: string = ''): number {
    return this.#add(value, registeredName, undefined);
  }

  #add(value: SavedNodeKind, registeredName: string, from: SavedNode | undefined): number {
    this.#objects.push({ value, children: [], registeredName, from, saveables: new Map() });
    return this.#objects.length - 1;
  }

  /** Adds an object as it is noted in a file, but for what it is and what hangs on it; returns its index. */
  addNode(value: SavedNodeKind, from: SavedNode): number {
    return this.#add(value, from.registeredName, from);
  }

  /** Adds the functions that save and restore a value of an object. */
  addSaveable(
    id: number,
    name: string,
    functions: { readonly save: number; readonly restore: number },
  ): void {
    this.#objects[id]?.saveables.set(name, functions);
  }

  /** Notes which object of the program an object stands for. */
  bind(item: object, id: number): void {
    this.#ids.set(item, id);
  }

  /** Index of what stands for an object of the program. */
  idOf(item: object): number | undefined {
    return this.#ids.get(item);
  }

  /** True when an object of the program has an edge of this name. */
  hasEdge(item: object, name: string): boolean {
    const id = this.#ids.get(item);
    const children = id === undefined ? [] : (this.#objects[id]?.children ?? []);
    return children.some((edge) => edge.name === name);
  }

  /** Objects of the program with their indices. */
  get bound(): Iterable<readonly [item: object, id: number]> {
    return this.#ids;
  }

  /** Adds an edge, unless the object has one of that name. */
  link(parent: number, name: string, child: number): void {
    const children = this.#objects[parent]?.children ?? [];
    if (children.every((edge) => edge.name !== name)) children.push({ name, node: child });
  }

  /** Adds an object of a class that TensorFlow knows by its identifier. */
  addUser(identifier: string, metadata: string = ''): number {
    return this.add({ kind: 'userObject', identifier, producer: 1, minConsumer: 1, metadata });
  }

  /** Adds a list of objects. */
  addList(items: readonly number[]): number {
    const list = this.addUser('trackable_list_wrapper');
    items.forEach((item, index) => {
      this.link(list, String(index), item);
    });
    return list;
  }

  /** Adds a trace of a function. */
  addConcrete(concrete: ConcreteFunction): void {
    this.#functions.set(concrete.name, concrete);
  }

  /** True when a trace of this name is there. */
  hasConcrete(name: string): boolean {
    return this.#functions.has(name);
  }

  /** Gives all objects and traces; `metadata` is the JSON of Keras that an object carries itself. */
  finish(metadata: ReadonlyMap<number, string>): SavedObjectGraph {
    const nodes = this.#objects.map(
      ({ value, children, registeredName, from, saveables }, id): SavedNode => {
        const json = metadata.get(id);
        return {
          id,
          value:
            value.kind === 'userObject' && value.identifier !== PLAIN && json !== undefined
              ? { ...value, metadata: json }
              : value,
          children,
          dependencies: [],
          slots: [],
          saveables,
          registeredName,
          registeredSaver: from?.registeredSaver ?? '',
          serializedUserProto: from?.serializedUserProto,
        };
      },
    );
    return { nodes, concreteFunctions: this.#functions };
  }
}
