import { MalformedError, NotFoundError } from '@km/core';
import { type SavedNode, type SavedNodeKind, specsOf, type WrittenAsset } from '@km/savedmodel';
import type { SavedObjects } from '../../revive/saved-objects.ts';
import type { FunctionPlan } from './function-plan.ts';
import type { ObjectPlan } from './object-plan.ts';

/** Identifiers of objects that are nothing but what hangs on them. */
const CONTAINER = /^(trackable_(list|tuple|dict)_wrapper|_generic_user_object)$/;

/** Kinds of objects that are passed on for themselves. */
const PASSED: ReadonlySet<SavedNodeKind['kind']> = new Set([
  'asset',
  'bareConcreteFunction',
  'capturedTensor',
  'constant',
  'function',
  'resource',
]);

/** True for an object of a file that can be passed on as it is. */
export function isPassed({ value }: SavedNode): boolean {
  return value.kind === 'userObject' ? CONTAINER.test(value.identifier) : PASSED.has(value.kind);
}

function asItIs(value: SavedNodeKind): SavedNodeKind {
  return value;
}

/**
 * A function that is restricted to the inputs of its trace, as TensorFlow up to 2.12 writes those that save tables and demands
 * it, since it calls them with text in place of a tensor.
 */
function restrictedTo(value: SavedNodeKind, { graph }: SavedObjects): SavedNodeKind {
  if (value.kind !== 'bareConcreteFunction' || value.spec?.inputSignature.kind !== 'none') {
    return value;
  }
  const trace = graph.concreteFunctions.get(value.concreteFunction);
  const inputs = specsOf(trace?.inputSignature ?? { kind: 'none' });
  const items = inputs.map((spec) => ({ ...spec, name: '' }));
  return { ...value, spec: { ...value.spec, inputSignature: { kind: 'tuple', items } } };
}

/** Objects and functions that are passed on from files as they are. */
export class PassedObjects {
  readonly assets: WrittenAsset[] = [];
  readonly #assetIndices: Map<Uint8Array, number> = new Map();
  readonly #plan: ObjectPlan;
  readonly #functions: FunctionPlan;
  /** What is still to do for objects that are added, so that none waits in the middle of another. */
  readonly #waiting: (() => void)[] = [];

  constructor(plan: ObjectPlan, functions: FunctionPlan) {
    this.#plan = plan;
    this.#functions = functions;
  }

  /**
   * Adds what stands for an object of a file with all that it needs, and returns it; what is there already stays.
   * @throws MalformedError for objects and functions that are missing in the file.
   */
  add(objects: SavedObjects, id: number): number {
    const added = this.#place(objects, id);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    return added;
  }

  /** Name of a trace in what is written. */
  concrete(objects: SavedObjects, name: string): string {
    const adopted = this.#functions.library.adopted.adopt(objects.functions, [name]);
    const found = objects.graph.concreteFunctions.get(name);
    const own = adopted.functions.get(name) ?? name;
    if (found === undefined)
      throw new MalformedError(`The SavedModel has no trace ${name}; it is damaged.`);
    if (this.#plan.hasConcrete(own)) return own;
    const { inputSignature, outputSignature, boundInputs } = found;
    this.#plan.addConcrete({ name: own, inputSignature, outputSignature, boundInputs: [] });
    this.#waiting.push(() => {
      const bound = boundInputs.map((id) => this.#place(objects, id));
      this.#plan.addConcrete({ name: own, inputSignature, outputSignature, boundInputs: bound });
      // What a gradient takes from its function is an object that TensorFlow 2.4 does not know.
      if (!this.#functions.withGradients) return;
      for (const gradient of adopted.gradients.keys()) {
        const computed = objects.functions.gradients.get(gradient) ?? '';
        if (objects.graph.concreteFunctions.has(computed)) this.concrete(objects, computed);
      }
    });
    return own;
  }

  /** Name of a function in what is written. */
  #adopt({ functions }: SavedObjects, name: string): string {
    const { adopted } = this.#functions.library;
    return adopted.adopt(functions, [name]).functions.get(name) ?? name;
  }

  #place(objects: SavedObjects, id: number, change: typeof restrictedTo = asItIs): number {
    const live = objects.live.get(id);
    const part = objects.part(id);
    const known = (live && this.#plan.idOf(live)) ?? this.#plan.idOf(part);
    if (known !== undefined) return known;
    const { node } = part;
    const value = change(node.value, objects);
    const added = this.#plan.addNode(this.#value(objects, { ...node, value }), node);
    this.#plan.bind(part, added);
    this.#waiting.push(() => {
      for (const edge of node.children) {
        const child = objects.part(edge.node).node;
        const isThere = this.#isPlanned(objects, edge.node);
        if (isThere || isPassed(child))
          this.#plan.link(added, edge.name, this.#place(objects, edge.node));
      }
      for (const [name, { save, restore }] of node.saveables) {
        this.#plan.addSaveable(added, name, {
          save: this.#place(objects, save, restrictedTo),
          restore: this.#place(objects, restore, restrictedTo),
        });
      }
    });
    return added;
  }

  #isPlanned(objects: SavedObjects, id: number): boolean {
    const live = objects.live.get(id);
    return live !== undefined && this.#plan.idOf(live) !== undefined;
  }

  #value(objects: SavedObjects, { id, value }: SavedNode): SavedNodeKind {
    switch (value.kind) {
      case 'function': {
        const { concreteFunctions } = value;
        const names = concreteFunctions.map((name) => this.concrete(objects, name));
        return { ...value, concreteFunctions: names };
      }
      case 'bareConcreteFunction':
        return { ...value, concreteFunction: this.concrete(objects, value.concreteFunction) };
      case 'capturedTensor':
        return { ...value, concreteFunction: this.#adopt(objects, value.concreteFunction) };
      case 'constant':
        return { ...value, operation: this.#constant(objects, value.operation) };
      case 'asset':
        return { ...value, asset: this.#asset(objects, value.asset) };
      case 'resource':
        return value;
      case 'userObject':
        if (isPassed({ value } as SavedNode)) return { ...value, metadata: '' };
        break;
      default:
    }
    throw new MalformedError(
      `A function of the SavedModel holds object ${id}, a ${value.kind} that belongs to no part of the model.`,
    );
  }

  #constant(objects: SavedObjects, operation: string): string {
    const { constants } = this.#functions;
    const base = operation.replace(/_\d+$/, '');
    let name = operation;
    for (let count = 1; constants.has(name); count++) name = `${base}_${count}`;
    constants.set(name, objects.constant(operation));
    return name;
  }

  #asset({ metaGraph, assets }: SavedObjects, index: number): number {
    const content = assets[index];
    const file = metaGraph.assets[index];
    if (content === undefined || content === null || file === undefined) {
      throw new NotFoundError(
        `The file assets/${file?.filename ?? index} of the SavedModel is missing, so that a function cannot be saved again.`,
      );
    }
    const known = this.#assetIndices.get(content);
    if (known !== undefined) return known;
    const taken = new Set(this.assets.map(({ filename }) => filename));
    let filename = file.filename;
    for (let count = 1; taken.has(filename); count++) filename = `${count}_${file.filename}`;
    this.#assetIndices.set(content, this.assets.length);
    this.assets.push({ filename, data: [content] });
    return this.assets.length - 1;
  }
}
