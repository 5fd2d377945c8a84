import { MalformedError, type ReadOptions, type Tensor } from '@km/core';
import { decodeTensorProto, tensorDType } from '@km/core/tensor-proto';
import {
  type CalledFunction,
  ChangedArguments,
  type FunctionLibrary,
  type FunctionOrigin,
  type GraphDType,
  GraphExecutor,
  recordOfValue,
  TableResource,
} from '@km/graph';
import type { CallSpec, Variable } from '@km/layers';
import {
  bindVariables,
  type ConcreteFunction,
  type MetaGraph,
  type SavedModel,
  type SavedNode,
  type SavedObjectGraph,
  specsOf,
} from '@km/savedmodel';
import { customGradients } from '../saved-model/custom-gradients.ts';
import { initializeResources, readAssets, readVariables } from '../saved-model/load.ts';
import { graphType } from '../saved-model/match.ts';
import { ObjectRestorer } from '../saved-model/objects.ts';
import type { RestoredFunction } from '../saved-model/restored-function.ts';
import { callSpecOf } from './call-spec.ts';
import type { RevivedCall } from './revived-call.ts';
import { argumentNames } from './revived-call.ts';
import { SavedPart } from './saved-part.ts';

/** What is read of a SavedModel before its objects are made. */
type SavedValues = Pick<
  SavedObjects,
  'variables' | 'hasValues' | 'filled' | 'tables' | 'metaGraph' | 'assets'
>;

/** The objects of a SavedModel with its functions and values. */
export class SavedObjects {
  readonly graph: SavedObjectGraph;
  /** Variables by the index of their object, as functions find them. */
  readonly variables: Map<number, Variable>;
  /** False when the values of the file are to be left alone. */
  readonly hasValues: boolean;
  /** Objects of the variables that took a value of the file. */
  readonly filled: ReadonlySet<number>;
  /** Tables with contents in the checkpoint, by their objects, each with the name of these. */
  readonly tables: ReadonlyMap<number, string>;
  /** Objects of the program that were made from the file, variables included, by the index of their object. */
  readonly live: Map<number, object> = new Map();
  readonly metaGraph: MetaGraph;
  /** Contents of the files below `assets/`; null for missing ones. */
  readonly assets: readonly (Uint8Array | null)[];
  readonly functions: FunctionOrigin;
  readonly #restorer: ObjectRestorer;
  readonly #changed: ChangedArguments;
  readonly #parts: Map<number, SavedPart> = new Map();

  constructor(
    graph: SavedObjectGraph,
    { variables, hasValues, filled, tables, metaGraph, assets }: SavedValues,
    restorer: ObjectRestorer,
  ) {
    this.graph = graph;
    this.variables = variables;
    this.hasValues = hasValues;
    this.filled = filled;
    this.tables = tables;
    this.metaGraph = metaGraph;
    this.assets = assets;
    this.functions = functionOrigin(metaGraph);
    this.#restorer = restorer;
    this.#changed = new ChangedArguments(this.functions);
  }

  /** Keys and values that a table has now. @throws MalformedError for what is no table. */
  tableRecords(id: number): readonly [keys: Tensor, values: Tensor] {
    const table = this.#restorer.capture(id);
    if (!(table instanceof TableResource))
      throw new MalformedError(`Object ${id} of the SavedModel is no table; it is damaged.`);
    const [keys, values] = table.export();
    return [recordOfValue(keys, table.keyType), recordOfValue(values, table.valueType)];
  }

  /** What stands for an object that functions capture: a variable, or the one part for a table, a constant, a file. */
  captured(id: number): Variable | SavedPart {
    return this.variables.get(id) ?? this.part(id);
  }

  /** The one part that stands for an object that is no object of the program. @throws MalformedError for one that is not there. */
  part(id: number): SavedPart {
    const known = this.#parts.get(id);
    if (known !== undefined) return known;
    const node = this.graph.nodes[id];
    if (node === undefined)
      throw new MalformedError(`The SavedModel has no object ${id}; it is damaged.`);
    const made = new SavedPart(this, node, this.#tensorOf(node));
    this.#parts.set(id, made);
    return made;
  }

  #tensorOf({ value }: SavedNode): SavedPart['tensor'] {
    if (value.kind === 'asset') return { dtype: 'string', shape: [] };
    if (value.kind !== 'constant') return undefined;
    const { dtype, shape } = this.constant(value.operation);
    return { dtype, shape };
  }

  /** The value of a constant. @throws MalformedError for one that is not there. */
  constant(operation: string): Tensor {
    const node = this.metaGraph.graph.nodes.find(({ name }) => name === operation);
    const tensor = node?.attr.value?.tensor;
    if (tensor) return decodeTensorProto(tensor);
    throw new MalformedError(
      `The constant ${operation} is not in the graph; the SavedModel is damaged.`,
    );
  }

  /** A function of the file as functions of a library call it, which the library takes over. */
  called({ name, boundInputs }: ConcreteFunction, library: FunctionLibrary): CalledFunction {
    const { inputArg = [], outputArg = [], isStateful } = this.functions.get(name)?.signature ?? {};
    const captures = boundInputs.map((id) => this.captured(id));
    const count = inputArg.length - captures.length;
    const changed = this.#changed.of(name);
    const typesOf = (args: typeof inputArg): { readonly dtype: GraphDType }[] =>
      args.map(({ type }) => ({ dtype: graphType(tensorDType(type)) }));
    return {
      name: library.adopted.adopt(this.functions, [name]).functions.get(name) ?? name,
      inputs: typesOf(inputArg.slice(0, count)),
      outputs: typesOf(outputArg),
      captures,
      stateful: isStateful === true || captures.length > 0,
      writes: captures.filter((_, index) => changed.has(count + index)),
    };
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
      return { run, objects: this, givesLosses, ...argumentNames(value.spec) };
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
  const tables = graph.nodes.flatMap(({ id, value }) => {
    const [name] = bindings.values.get(id)?.keys() ?? [];
    return value.kind === 'resource' && name !== undefined ? [[id, name] as const] : [];
  });
  const filled = new Set(skips ? [] : bindings.variables.keys());
  return new SavedObjects(
    graph,
    { variables, hasValues: !skips, filled, tables: new Map(tables), metaGraph, assets },
    restorer,
  );
}

function functionOrigin({ graph }: MetaGraph): FunctionOrigin {
  const { functions } = graph;
  const gradients = functions.registeredGradients.map(
    ({ registeredOpType, gradientFunc }) => [registeredOpType, gradientFunc] as const,
  );
  return {
    names: functions.names,
    get: (name) => functions.get(name),
    gradients: new Map(gradients),
  };
}
