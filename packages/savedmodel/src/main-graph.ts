import { MalformedError, type Tensor } from '@km/core';
import { tensorDTypeCode } from '@km/core/tensor-proto';
import type {
  AssetFileDef,
  FunctionDef,
  NodeDef,
  SaverDef,
  SignatureDef,
  TensorInfo,
} from '@km/proto/saved-model';
import {
  constantAttrs,
  functionAttr,
  GraphNodes,
  shapeAttr,
  typeAttr,
  typeCodesAttr,
} from './graph-nodes.ts';
import type { ConcreteFunction, SavedNode, SavedObjectGraph } from './saved-node.ts';
import { addSaver, type SavedHandle } from './saver-graph.ts';
import { type Structure, specsOf, type TensorSpecStructure } from './structure.ts';
import { shapeProto } from './tensor-shape.ts';

/** What the graph of a SavedModel, for programs that do not read its objects, is made from. */
export interface MainGraphParts {
  readonly objects: SavedObjectGraph;
  readonly functions: readonly FunctionDef.$Properties[];
  /** Functions that may be called by the names of their inputs. */
  readonly signatures: ReadonlyMap<string, string>;
  /** Values of the constants among the objects, by the names of their nodes. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Names in the checkpoint of the variables among the objects, by object. */
  readonly variableKeys: ReadonlyMap<number, string>;
  /** Names of the files below `assets/`. */
  readonly assets: readonly string[];
  /** Encoded description of the objects of the checkpoint; without it nothing is there to save and restore. */
  readonly checkpointObjects: Uint8Array | undefined;
}

/** The graph and what refers to its nodes. */
export interface MainGraph {
  readonly nodes: NodeDef.$Properties[];
  readonly signatures: Record<string, SignatureDef.$Properties>;
  readonly assets: AssetFileDef.$Properties[];
  readonly saver: SaverDef.$Properties | undefined;
  /** Node that fills tables. */
  readonly initializer: string;
}

const INIT_KEY = '__saved_model_init_op';
const METHOD = 'tensorflow/serving/predict';

/**
 * Makes the graph that TensorFlow 1, TensorFlow Serving and the C interface run: variables, a call per signature, the
 * filling of tables, saving and restoring.
 * @throws MalformedError when a function takes something that no graph holds.
 */
export function mainGraph(parts: MainGraphParts): MainGraph {
  const graph = new GraphNodes();
  const calls = new Calls(graph, parts);
  const signatures: Record<string, SignatureDef.$Properties> = Object.create(null);
  for (const [key, name] of [...parts.signatures].sort(byName)) {
    signatures[key] = calls.addSignature(key, name);
  }
  const initializer = graph.add('NoOp', 'NoOp', calls.addInitializers(), {});
  signatures[INIT_KEY] = {
    outputs: { [INIT_KEY]: { name: initializer, tensorShape: { unknownRank: true } } },
  };
  const objects = parts.checkpointObjects;
  const saver = objects && addSaver(graph, calls.savedHandles(), objects);
  return {
    signatures,
    assets: calls.assets,
    saver,
    nodes: graph.list,
    initializer,
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Adds calls of functions to a graph, and what they take. */
class Calls {
  readonly assets: AssetFileDef.$Properties[] = [];
  readonly #graph: GraphNodes;
  readonly #parts: MainGraphParts;
  readonly #functions: ReadonlyMap<string, FunctionDef.$Properties>;
  readonly #handles: Map<number, string> = new Map();

  constructor(graph: GraphNodes, parts: MainGraphParts) {
    this.#graph = graph;
    this.#parts = parts;
    this.#functions = new Map(parts.functions.map((f) => [f.signature?.name ?? '', f]));
    // Constants are found by the names of their nodes, so these are taken first.
    const { nodes } = parts.objects;
    for (const { id, value } of nodes) {
      if (value.kind === 'constant') this.#addConstant(id, value.operation);
    }
    for (const node of nodes) this.#addObject(node);
  }

  /** Adds what holds a variable or the name of a file; tables are made by functions. */
  #addObject({ id, value }: SavedNode): void {
    if (value.kind === 'variable') {
      const name = value.name === '' ? `variable_${id}` : value.name;
      const attrs = { dtype: typeAttr(value.dtype), shape: shapeAttr(value.shape) };
      this.#handles.set(id, this.#graph.addVariable(name, attrs));
    } else if (value.kind === 'asset') {
      this.#addAsset(id, value.asset);
    }
  }

  #addConstant(id: number, operation: string): void {
    const tensor = this.#parts.constants.get(operation);
    if (tensor === undefined) throw new MalformedError(`The constant ${operation} has no value.`);
    this.#handles.set(id, this.#graph.add('Const', operation, [], constantAttrs(tensor)));
  }

  #addAsset(id: number, index: number): void {
    const attrs = { dtype: typeAttr('string'), shape: shapeAttr([]) };
    const node = this.#graph.add('Placeholder', 'asset_path_initializer', [], attrs);
    this.#handles.set(id, node);
    this.assets[index] = {
      filename: this.#parts.assets[index] ?? '',
      tensorInfo: { name: `${node}:0`, dtype: tensorDTypeCode('string'), tensorShape: {} },
    };
  }

  /** Name of the node that gives what an object is to a function. */
  #handle(id: number): string {
    const known = this.#handles.get(id);
    if (known !== undefined) return known;
    const created = this.#add(this.#child(id, '_create_resource'), `resource_${id}`, []);
    this.#handles.set(id, created);
    return created;
  }

  #child(id: number, edge: string): string {
    const { nodes } = this.#parts.objects;
    const child = nodes[id]?.children.find(({ name }) => name === edge)?.node;
    const value = nodes[child ?? -1]?.value;
    const name = value?.kind === 'function' ? value.concreteFunctions[0] : undefined;
    if (name !== undefined) return name;
    throw new MalformedError(
      `Object ${id} is taken by a function but is no tensor, and has no function ${edge}.`,
    );
  }

  #concrete(name: string): ConcreteFunction {
    const concrete = this.#parts.objects.concreteFunctions.get(name);
    if (concrete !== undefined) return concrete;
    throw new MalformedError(`${name} is called but is no function of the model.`);
  }

  /** Adds a call of a function. */
  #add(name: string, wanted: string, inputs: readonly string[]): string {
    const definition = this.#functions.get(name)?.signature;
    if (!definition) throw new MalformedError(`The function ${name} is not in the library.`);
    const bound = this.#concrete(name).boundInputs.map((id) => this.#handle(id));
    return this.#graph.add('StatefulPartitionedCall', wanted, [...inputs, ...bound], {
      Tin: typeCodesAttr((definition.inputArg ?? []).map(({ type }) => type ?? 0)),
      Tout: typeCodesAttr((definition.outputArg ?? []).map(({ type }) => type ?? 0)),
      f: functionAttr(name),
    });
  }

  /** Adds placeholders and the call of a signature. */
  addSignature(key: string, name: string): SignatureDef.$Properties {
    const { inputSignature, outputSignature } = this.#concrete(name);
    const inputs: Record<string, TensorInfo.$Properties> = Object.create(null);
    const fed: string[] = [];
    for (const [keyword, spec] of namedSpecs(inputSignature, name)) {
      const attrs = { dtype: typeAttr(spec.dtype), shape: shapeAttr(spec.shape) };
      const node = this.#graph.add('Placeholder', `${key}_${keyword}`, [], attrs);
      inputs[keyword] = tensorInfo(`${node}:0`, spec);
      fed.push(node);
    }
    const call = this.#add(name, 'StatefulPartitionedCall', fed);
    const outputs: Record<string, TensorInfo.$Properties> = Object.create(null);
    for (const [index, [keyword, spec]] of namedSpecs(outputSignature, name).entries()) {
      outputs[keyword] = tensorInfo(`${call}:${index}`, spec);
    }
    return { inputs, outputs, methodName: METHOD };
  }

  /** Adds a call per table that fills it. */
  addInitializers(): string[] {
    const tables = this.#parts.objects.nodes.filter(({ value }) => value.kind === 'resource');
    return tables.flatMap(({ id, children }) => {
      if (!children.some(({ name }) => name === '_initialize')) return [];
      const call = this.#add(this.#child(id, '_initialize'), `resource_${id}/initialize`, []);
      return [`^${call}`];
    });
  }

  /** Variables of the model, in the order of the objects. */
  savedHandles(): SavedHandle[] {
    return this.#parts.objects.nodes.flatMap(({ id, value }) => {
      const handle = this.#handles.get(id);
      const key = this.#parts.variableKeys.get(id);
      if (value.kind !== 'variable' || handle === undefined || key === undefined) return [];
      return [{ handle, dtype: value.dtype, key }];
    });
  }
}

/** Specs of a dictionary by sorted keys: the keyword arguments, or the outputs, of a signature. */
function namedSpecs(structure: Structure, name: string): [string, TensorSpecStructure][] {
  const keywords = structure.kind === 'tuple' ? structure.items[1] : structure;
  if (keywords?.kind !== 'dict' || specsOf(keywords).length !== specsOf(structure).length) {
    throw new MalformedError(`${name} takes or gives something without a name.`);
  }
  return [...keywords.entries].sort(byName).map(([key, spec]) => {
    if (spec.kind === 'tensorSpec') return [key, spec];
    throw new MalformedError(`${name} has ${key}, which is no tensor, in its signature.`);
  });
}

function tensorInfo(name: string, spec: TensorSpecStructure): TensorInfo.$Properties {
  return {
    name,
    dtype: tensorDTypeCode(spec.dtype),
    tensorShape: shapeProto(spec.shape),
  };
}
