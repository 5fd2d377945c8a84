import type { ObjectGraph, ObjectNode } from '@km/checkpoint';
import { Module, optimizers, type TrackableView, type Variable } from '@km/layers';
import { certainFirst } from './certain-first.ts';
import { crossFamilies, SETTLED, type TrainableVariables } from './cross-families.ts';
import { countIterations } from './early-optimizer.ts';
import { familyOfNode, familyOfOptimizer } from './optimizer-family.ts';
import { reachable } from './reachable.ts';
import { VocabularyTable, vocabularyEdges } from './vocabulary-table.ts';

/** A value of a checkpoint and the variable that takes it. */
export interface Binding {
  /** Name of the tensor. */
  readonly key: string;
  readonly variable: Variable;
}

/** A table of a checkpoint, in two tensors, and the layer whose vocabulary it is. */
export interface TableBinding {
  readonly keys: string;
  readonly values: string;
  readonly table: VocabularyTable;
}

/** Something of a checkpoint that the program does not have yet. */
interface Opening {
  readonly name: string;
  readonly node: number;
  /** For state of an optimizer: the node of the variable that it belongs to. */
  readonly variable?: number;
}

const VALUE = 'VARIABLE_VALUE';
const TABLE = 'table';

/**
 * Binds the objects of a checkpoint to those of a program, as `tf.train.Checkpoint.restore`: edges are followed by name
 * from the root, breadth first, the first binding of an object counts, then comes the state of optimizers. What the
 * program lacks stays open, and is looked for again when objects have been built.
 */
export class Restoration {
  readonly graph: ObjectGraph;
  readonly #view: TrackableView;
  readonly #root: object;
  readonly #trainables: TrainableVariables;
  readonly #bindings: Map<number, object> = new Map();
  readonly #filled: Set<object> = new Set();
  /** What is missing, by the object that it is missing in. */
  readonly #open: Map<object, Opening[]> = new Map();
  /** Optimizers whose state is of the other family. */
  readonly #crossed: Map<object, number> = new Map();
  /** Nodes bound since the last look, whose values are to be handed out. */
  #fresh: number[] = [];

  constructor(
    graph: ObjectGraph,
    root: object,
    view: TrackableView,
    trainables: TrainableVariables,
  ) {
    this.graph = countIterations(graph);
    this.#root = root;
    this.#view = view;
    this.#trainables = trainables;
    this.#bind([[0, root]]);
  }

  /** Values that can be assigned now and have not been handed out before. */
  takeBindings(): Binding[] {
    this.#bindSlots();
    this.#bindCrossed();
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh.flatMap((node): Binding[] => {
      const item = this.#bindings.get(node);
      const variable = item === undefined ? undefined : this.#view.variable(item);
      const key = this.#node(node).attributes.find(({ name }) => name === VALUE)?.key;
      if (variable === undefined || key === undefined || this.#filled.has(variable)) return [];
      this.#filled.add(variable);
      return [{ key, variable }];
    });
  }

  /** Vocabularies that can be set now. */
  takeTables(): TableBinding[] {
    return Array.from(this.#bindings, ([node, item]) => ({ node, item })).flatMap(
      ({ node, item }): TableBinding[] => {
        const key = this.#node(node).attributes.find(({ name }) => name === TABLE)?.key;
        if (!(item instanceof VocabularyTable) || key === undefined || this.#filled.has(item))
          return [];
        this.#filled.add(item);
        return [{ keys: `${key}-keys`, values: `${key}-values`, table: item }];
      },
    );
  }

  /** Looks again for what an object lacks; for an object that nothing was bound to, for what all of them lack. */
  lookAgain(built: object): void {
    const known = this.#open.has(built);
    for (const owner of [...this.#open.keys()]) {
      if (!known || owner === built || !(owner instanceof Module)) this.#lookInto(owner);
    }
  }

  /** Objects that something of the checkpoint is missing in. */
  get waiting(): Iterable<object> {
    return [...this.#open.keys(), ...this.#crossed.keys()];
  }

  /** Names of the tensors that no variable has taken. */
  unresolvedKeys(): string[] {
    return this.graph.nodes.flatMap(({ attributes }, index) => {
      const item = this.#bindings.get(index);
      const variable = item === undefined ? undefined : this.#view.variable(item);
      if (item === SETTLED) return [];
      return attributes
        .filter(({ name }) => name !== VALUE || variable === undefined)
        .map(({ key }) => key);
    });
  }

  /** Variables of the program that got no value. */
  unfilled(): Variable[] {
    return reachable(this.#root, this.#view).flatMap((item) => {
      const variable = this.#view.variable(item);
      return variable === undefined || this.#filled.has(variable) ? [] : [variable];
    });
  }

  /** True when an object besides the root was found. */
  get isNontrivial(): boolean {
    return this.#bindings.size > 1;
  }

  #node(index: number): ObjectNode {
    return this.graph.nodes[index] ?? { children: [], attributes: [], slots: [] };
  }

  /** Follows the edges from pairs of a node and its object; the list grows while it is walked. */
  #bind(pairs: [node: number, item: object][]): void {
    for (const [node, item] of pairs) {
      if (this.#bindings.has(node)) continue;
      this.#bindings.set(node, item);
      this.#fresh.push(node);
      const stored = this.#node(node);
      if (this.#noteCrossing(node, item)) continue;
      const live = new Map(this.#childrenOf(item));
      for (const { name, node: below } of certainFirst(stored.children, live)) {
        const child = live.get(name);
        if (child !== undefined) pairs.push([below, child]);
        else this.#leaveOpen(item, { name, node: below });
      }
      for (const slot of stored.slots) this.#leaveOpen(item, slot);
    }
  }

  /** Edges below an object; TensorFlow up to 2.3 had a wrapped optimizer at an edge of its own. */
  #childrenOf(item: object): (readonly [name: string, child: object])[] {
    const edges = [...this.#view.children(item), ...vocabularyEdges(item)];
    return item instanceof optimizers.LossScaleOptimizer
      ? [...edges, ['base_optimizer', item.inner_optimizer]]
      : edges;
  }

  #noteCrossing(node: number, item: object): boolean {
    const live = familyOfOptimizer(item);
    const stored = live === null ? null : familyOfNode(this.#node(node));
    if (live === stored || stored === null) return false;
    this.#crossed.set(item, node);
    return true;
  }

  #leaveOpen(owner: object, opening: Opening): void {
    this.#open.set(owner, [...(this.#open.get(owner) ?? []), opening]);
  }

  #lookInto(owner: object): void {
    const openings = this.#open.get(owner) ?? [];
    const live = new Map(this.#view.children(owner));
    const isFound = ({ name, variable }: Opening): boolean =>
      variable === undefined && live.has(name);
    const found = openings.filter(isFound);
    if (found.length === 0) return;
    this.#keepOpen(
      owner,
      openings.filter((opening) => !isFound(opening)),
    );
    this.#bind(found.map(({ name, node }) => [node, live.get(name) ?? owner]));
  }

  #keepOpen(owner: object, openings: Opening[]): void {
    if (openings.length === 0) this.#open.delete(owner);
    else this.#open.set(owner, openings);
  }

  #bindSlots(): void {
    for (const [optimizer, openings] of [...this.#open]) {
      if (!openings.some(({ variable }) => variable !== undefined)) continue;
      const live = [...this.#view.slots(optimizer)];
      const rest = openings.filter(({ name, node, variable }) => {
        const owner = variable === undefined ? undefined : this.#bindings.get(variable);
        const slot = live.find((found) => found.name === name && found.variable === owner);
        if (owner === undefined || slot === undefined) return true;
        this.#bind([[node, slot.value]]);
        return false;
      });
      this.#keepOpen(optimizer, rest);
    }
  }

  #bindCrossed(): void {
    for (const [optimizer, node] of this.#crossed) {
      const crossing = crossFamilies(this.graph, node, optimizer, {
        bound: (index) => this.#bindings.get(index),
        trainables: this.#trainables,
      });
      if (crossing === null) continue;
      this.#crossed.delete(optimizer);
      this.#bind(crossing.pairs);
      for (const variable of crossing.settled) this.#filled.add(variable);
    }
  }
}
