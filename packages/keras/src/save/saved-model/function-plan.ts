import { type Tensor, UnsupportedError } from '@km/core';
import { FunctionLibrary, type TracedFunction, type TracedResource } from '@km/graph';
import { LookupTable } from '@km/layers';
import type { FunctionSpec, Structure } from '@km/savedmodel';
import { SavedPart } from '../../revive/saved-part.ts';
import type { ObjectPlan } from './object-plan.ts';
import { PassedObjects } from './passed-objects.ts';
import { addTable } from './table-objects.ts';

/** Functions of a SavedModel while they are gathered. */
export class FunctionPlan {
  readonly library: FunctionLibrary = new FunctionLibrary();
  /** Values of constants among the objects, by the names of their nodes. */
  readonly constants: Map<string, Tensor> = new Map();
  /** Layers whose functions have no argument `training`. */
  readonly withoutModes: Set<object> = new Set();
  /** Whether functions that are passed on keep gradients of their own. */
  readonly withGradients: boolean;
  /** What is passed on from files. */
  readonly passed: PassedObjects;
  readonly #plan: ObjectPlan;

  constructor(plan: ObjectPlan, withGradients: boolean) {
    this.#plan = plan;
    this.withGradients = withGradients;
    this.passed = new PassedObjects(plan, this);
  }

  /** Makes a traced function callable from outside and returns its name. */
  addConcrete(traced: TracedFunction, input: Structure, output: Structure): string {
    const boundInputs = traced.captures.map((resource) => this.#bound(traced, resource));
    const name = this.#nameOf(traced);
    this.#plan.addConcrete({ name, boundInputs, inputSignature: input, outputSignature: output });
    return name;
  }

  /** Name for a function with arguments of its own: equal functions share a body, but not what calls have to match. */
  #nameOf({ name, definition }: TracedFunction): string {
    if (!this.#plan.hasConcrete(name)) return name;
    const other = this.library.newName(name.replace(/_\d+$/, ''));
    const copy = { ...definition, signature: { ...definition.signature, name: other } };
    return this.library.add(copy, copy);
  }

  /** @throws UnsupportedError for a variable that does not belong to the model. */
  #bound(traced: TracedFunction, resource: TracedResource): number {
    const id = this.#plan.idOf(resource);
    if (id !== undefined) return id;
    if (resource instanceof SavedPart) return this.passed.add(resource.objects, resource.node.id);
    if (resource instanceof LookupTable) return addTable(resource, this.#plan, this);
    throw new UnsupportedError(
      `The function ${traced.name} uses the variable ${resource.name}, which belongs to no property of the model, so it would be lost: keep it in a property of a layer or of the model.`,
    );
  }

  /** Adds a function of several traces and returns its object. */
  addFunction(concreteFunctions: readonly string[], spec: FunctionSpec): number {
    return this.#plan.add({ kind: 'function', concreteFunctions, spec });
  }

  /** Adds a function of one trace that is called by the names of its inputs, and returns its object. */
  addBare(
    concreteFunction: string,
    argumentKeywords: readonly string[],
    allowedPositionalArguments: number,
  ): number {
    return this.#plan.add({
      kind: 'bareConcreteFunction',
      concreteFunction,
      argumentKeywords,
      allowedPositionalArguments,
      spec: undefined,
    });
  }
}
