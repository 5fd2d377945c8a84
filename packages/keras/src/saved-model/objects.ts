import { MalformedError, NotFoundError, UnsupportedError } from '@km/core';
import {
  AssetTensor,
  constantOf,
  type GraphExecutor,
  type Value,
  VariableResource,
} from '@km/graph';
import type { Variable } from '@km/layers';
import {
  type MetaGraph,
  type SavedNode,
  type SavedObjectGraph,
  type Structure,
  specsOf,
} from '@km/savedmodel';
import { graphType } from './match.ts';
import { type RestoredFunction, restoredFunction } from './restored-function.ts';
import { type LoadedSignature, loadedSignature, type SignatureSpec } from './signature.ts';
import { Trace } from './trace.ts';
import { stateOfVariable } from './variable-state.ts';

/** A file that belongs to a SavedModel. */
export interface Asset {
  /** Path below the directory of the model. */
  readonly asset_path: string;
  /** Null when the file is missing. */
  readonly content: Uint8Array | null;
}

/** An object of a SavedModel: its children by their names. */
export interface LoadedObject {
  readonly [name: string]: LoadedValue;
}

/** Anything in a SavedModel. */
export type LoadedValue =
  | Variable
  | RestoredFunction
  | LoadedSignature
  | Asset
  | LoadedObject
  | readonly LoadedValue[]
  | Value
  | string;

/** What the objects of a SavedModel are made of. */
export interface ObjectSources {
  readonly metaGraph: MetaGraph;
  readonly graph: SavedObjectGraph;
  readonly executor: GraphExecutor;
  /** Variables by the index of their node. */
  readonly variables: ReadonlyMap<number, Variable>;
  /** Contents of assets by their index in the meta graph; null for missing files. */
  readonly assets: readonly (Uint8Array | null)[];
}

/** Makes the objects of a SavedModel; objects may contain each other. */
export class ObjectRestorer {
  readonly #sources: ObjectSources;
  readonly #traces = new Map<string, Trace>();
  readonly #values = new Map<number, LoadedValue>();
  readonly #captures = new Map<number, Value>();
  readonly #constants: ReadonlyMap<string, MetaGraph['graph']['nodes'][number]>;

  constructor(sources: ObjectSources) {
    this.#sources = sources;
    this.#constants = new Map(sources.metaGraph.graph.nodes.map((node) => [node.name, node]));
  }

  /** The object of a node with all that hangs on it. @throws MalformedError for nodes that do not exist. */
  value(id: number): LoadedValue {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const node = this.#node(id);
    const made = this.#make(node);
    this.#values.set(id, made);
    return made;
  }

  /** Fills the objects that have been made with their children, until there are no new ones. */
  connect(): void {
    for (const [id, value] of this.#values) {
      if (typeof value !== 'object' || value === null) continue;
      const { children, value: kind } = this.#node(id);
      if (kind.kind !== 'userObject' && kind.kind !== 'resource') continue;
      // Children that are new are added to the map and visited later.
      for (const { name, node } of children) {
        Object.defineProperty(value, name, {
          value: this.value(node),
          enumerable: true,
          configurable: true,
        });
      }
    }
  }

  /** The signatures of the model. */
  signatures(): LoadedSignature[] {
    const map = this.#node(0).children.find(({ name }) => name === 'signatures');
    const children = map === undefined ? [] : this.#node(map.node).children;
    return children
      .filter(({ node }) => this.#node(node).value.kind === 'bareConcreteFunction')
      .map(({ node }) => this.value(node) as LoadedSignature);
  }

  /** The function of a child of a node, called without arguments; undefined when there is none. */
  call(id: number, child: string): Value[] | undefined {
    const edge = this.#node(id).children.find(({ name }) => name === child);
    if (edge === undefined) return undefined;
    const { value } = this.#node(edge.node);
    const name =
      value.kind === 'function'
        ? value.concreteFunctions[0]
        : value.kind === 'bareConcreteFunction'
          ? value.concreteFunction
          : undefined;
    return name === undefined ? undefined : this.trace(name).run([]);
  }

  /** Value that a function gets for a node that it captured. @throws UnsupportedError for nodes without one. */
  capture(id: number): Value {
    const known = this.#captures.get(id);
    if (known !== undefined) return known;
    const made = this.#makeCapture(id);
    this.#captures.set(id, made);
    return made;
  }

  /** The trace of a name. @throws MalformedError when the file has none. */
  trace(name: string): Trace {
    const known = this.#traces.get(name);
    if (known !== undefined) return known;
    const concrete = this.#sources.graph.concreteFunctions.get(name);
    if (concrete === undefined)
      throw new MalformedError(`The SavedModel has no trace ${name}; it is damaged.`);
    const trace = new Trace(concrete, this.#sources.executor, (node) => this.capture(node));
    this.#traces.set(name, trace);
    return trace;
  }

  #node(id: number): SavedNode {
    const node = this.#sources.graph.nodes[id];
    if (node === undefined)
      throw new MalformedError(`The SavedModel has no object ${id}; it is damaged.`);
    return node;
  }

  #make(node: SavedNode): LoadedValue {
    const { value } = node;
    switch (value.kind) {
      case 'userObject':
        return /^trackable_(list|tuple)_wrapper$/.test(value.identifier) ? [] : Object.create(null);
      case 'variable':
        return this.#variable(node.id);
      case 'function': {
        const traces = value.concreteFunctions.map((name) => this.trace(name));
        return restoredFunction(traces, value.spec, nameOf(value.concreteFunctions));
      }
      case 'bareConcreteFunction':
        return this.#signature(value.concreteFunction, value.argumentKeywords);
      case 'asset':
        return this.#asset(value.asset);
      case 'constant':
      case 'resource':
        return value.kind === 'resource' ? Object.create(null) : this.capture(node.id);
      default:
        return Object.create(null);
    }
  }

  #variable(id: number): Variable {
    const variable = this.#sources.variables.get(id);
    if (variable !== undefined) return variable;
    throw new NotFoundError(
      `The variable of object ${id} has no value; see LoadOptions.allow_partial_checkpoint.`,
    );
  }

  #asset(index: number): Asset {
    const { metaGraph, assets } = this.#sources;
    const content = assets[index];
    const file = metaGraph.assets[index];
    if (content !== undefined && file !== undefined) {
      return { asset_path: `assets/${file.filename}`, content };
    }
    throw new MalformedError(`The SavedModel has no asset ${index}; it is damaged.`);
  }

  #signature(concreteName: string, keywords: readonly string[]): LoadedSignature {
    const trace = this.trace(concreteName);
    const { inputSignature, outputSignature } = trace.concrete;
    const inputs = specsFor(inputSignature, keywords);
    return loadedSignature({
      name: concreteName,
      inputs,
      outputs: outputSpecs(outputSignature),
      compile: () => trace.compile(),
      run: (values) => trace.run(values),
    });
  }

  #makeCapture(id: number): Value {
    const { value } = this.#node(id);
    switch (value.kind) {
      case 'variable':
        return new VariableResource(stateOfVariable(this.#variable(id)));
      case 'asset': {
        const { asset_path, content } = this.#asset(value.asset);
        return new AssetTensor(asset_path, content);
      }
      case 'constant':
        return this.#constant(value.operation);
      case 'resource':
        return this.#createResource(id);
      default:
        throw new UnsupportedError(
          `A function captured object ${id}, a ${value.kind}, which has no value here.`,
        );
    }
  }

  #constant(operation: string): Value {
    const tensor = this.#constants.get(operation)?.attr.value?.tensor;
    if (tensor) return constantOf(tensor);
    throw new MalformedError(
      `The constant ${operation} is not in the graph; the SavedModel is damaged.`,
    );
  }

  #createResource(id: number): Value {
    // Transforms of TensorFlow Extended save placeholders for resources that nothing uses.
    const [handle] = this.call(id, '_create_resource') ?? [];
    if (handle !== undefined) return handle;
    throw new UnsupportedError(`The resource of object ${id} is made by nothing that runs here.`);
  }
}

function nameOf(concreteFunctions: readonly string[]): string {
  return (concreteFunctions[0] ?? 'function').replace(/^__inference_/, '').replace(/_\d+$/, '');
}

/** Inputs of a signature: names by position, types and shapes from its structure. */
function specsFor(structure: Structure, keywords: readonly string[]): SignatureSpec[] {
  return specsOf(structure).map((spec, i) => {
    const name = keywords[i] ?? (spec.kind === 'tensorSpec' ? spec.name : String(i));
    if (spec.kind === 'typeSpec') return { name, dtype: 'unknown', shape: null };
    return { name, dtype: graphType(spec.dtype), shape: spec.shape };
  });
}

/** Outputs of a signature by the keys of what it returns. */
function outputSpecs(structure: Structure): SignatureSpec[] {
  const entries: (readonly [string, Structure])[] =
    structure.kind === 'dict'
      ? [...structure.entries].sort(([a], [b]) => (a < b ? -1 : 1))
      : specsOf(structure).map((spec, i) => [`output_${i}`, spec]);
  return entries.flatMap(([name, item]) =>
    item.kind === 'tensorSpec'
      ? [{ name, dtype: graphType(item.dtype), shape: item.shape }]
      : specsOf(item).map(
          (_, i): SignatureSpec => ({
            name: i === 0 ? name : `${name}_${i}`,
            dtype: 'unknown',
            shape: null,
          }),
        ),
  );
}
