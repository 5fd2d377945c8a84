import type { ReadOptions } from '@km/core';
import { GraphExecutor } from '@km/graph';
import type { CallSpec, Variable } from '@km/layers';
import {
  bindVariables,
  type SavedModel,
  type SavedNode,
  type SavedObjectGraph,
  specsOf,
} from '@km/savedmodel';
import { customGradients } from '../saved-model/custom-gradients.ts';
import { initializeResources, readAssets, readVariables } from '../saved-model/load.ts';
import { ObjectRestorer } from '../saved-model/objects.ts';
import type { RestoredFunction } from '../saved-model/restored-function.ts';
import { callSpecOf } from './call-spec.ts';
import type { RevivedCall } from './revived-call.ts';
import { argumentNames } from './revived-call.ts';

/** The objects of a SavedModel with its functions and values. */
export class SavedObjects {
  readonly graph: SavedObjectGraph;
  /** Variables by the index of their object, as functions find them. */
  readonly variables: Map<number, Variable>;
  /** False when the values of the file are to be left alone. */
  readonly hasValues: boolean;
  readonly #restorer: ObjectRestorer;

  constructor(
    graph: SavedObjectGraph,
    { variables, hasValues }: Pick<SavedObjects, 'variables' | 'hasValues'>,
    restorer: ObjectRestorer,
  ) {
    this.graph = graph;
    this.variables = variables;
    this.hasValues = hasValues;
    this.#restorer = restorer;
  }

  /** The object at an edge; undefined where there is none. */
  child(node: SavedNode | undefined, name: string): SavedNode | undefined {
    const edge = node?.children.find((found) => found.name === name);
    return edge === undefined ? undefined : this.graph.nodes[edge.node];
  }

  /** The function at an edge; undefined for one that was never traced. */
  function(node: SavedNode | undefined, name: string): RestoredFunction | undefined {
    const child = this.child(node, name);
    if (child?.value.kind !== 'function' || child.value.concreteFunctions.length === 0)
      return undefined;
    return this.#restorer.value(child.id) as RestoredFunction;
  }

  /** The functions of a list. */
  functions(node: SavedNode | undefined): RestoredFunction[] {
    return (node?.children ?? []).flatMap(({ name }) => this.function(node, name) ?? []);
  }

  /** The function that computes a layer; null when none was saved. */
  call(node: SavedNode): RevivedCall | null {
    const api = this.child(node, 'keras_api');
    const places = [
      [api, 'call_and_return_conditional_losses', true],
      [node, '__call__', false],
    ] as const;
    for (const [owner, edge, givesLosses] of places) {
      const run = this.function(owner, edge);
      const value = this.child(owner, edge)?.value;
      if (run === undefined || value?.kind !== 'function') continue;
      return { run, givesLosses, ...argumentNames(value.spec) };
    }
    return null;
  }

  /** What the function of a layer was traced for; null when it was not, or takes something else than tensors. */
  callSpec(node: SavedNode): CallSpec | null {
    const value = this.child(
      this.child(node, 'keras_api'),
      'call_and_return_conditional_losses',
    )?.value;
    const [name] = value?.kind === 'function' ? value.concreteFunctions : [];
    const concrete = name === undefined ? undefined : this.graph.concreteFunctions.get(name);
    return concrete === undefined || value?.kind !== 'function'
      ? null
      : callSpecOf(concrete.inputSignature, value.spec);
  }

  /** Shape of the first input that a layer was traced for. */
  tracedShape(node: SavedNode): readonly (number | null)[] | null {
    const value = this.child(node, 'call_and_return_all_conditional_losses')?.value;
    const [name] = value?.kind === 'function' ? value.concreteFunctions : [];
    const concrete = name === undefined ? undefined : this.graph.concreteFunctions.get(name);
    const [spec] = concrete === undefined ? [] : specsOf(concrete.inputSignature);
    return spec?.kind === 'tensorSpec' ? spec.shape : null;
  }
}

/** Reads the variables of a SavedModel, unless it `skips` them, and makes its functions ready; undefined for one without objects. */
export async function readSavedObjects(
  saved: SavedModel,
  skips: boolean,
  read: ReadOptions,
): Promise<SavedObjects | undefined> {
  const [metaGraph] = saved.metaGraphs;
  const graph = metaGraph?.objectGraph;
  if (metaGraph === undefined || graph === undefined) return undefined;
  const assets = await readAssets(saved, metaGraph, read);
  const bindings = await bindVariables(saved, metaGraph, { ...read, allowUnbound: true });
  const variables = await readVariables(graph, bindings, skips, read);
  const executor = new GraphExecutor(metaGraph.graph.functions, {
    gradients: customGradients(metaGraph),
  });
  const restorer = new ObjectRestorer({ metaGraph, graph, executor, variables, assets });
  await initializeResources(saved, graph, restorer, bindings, read);
  return new SavedObjects(graph, { variables, hasValues: !skips }, restorer);
}
