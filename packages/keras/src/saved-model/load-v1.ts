import { MalformedError, type ReadOptions, type Tensor as TensorRecord } from '@km/core';
import {
  AssetTensor,
  type BodyArg,
  GraphExecutor,
  type GraphFunction,
  ResourceContainer,
  type Value,
  VariableResource,
} from '@km/graph';
import { Variable } from '@km/layers';
import type { MetaGraph, SavedModel, Signature, SignatureTensor } from '@km/savedmodel';
import type { LoadOptions } from '../load/load-options.ts';
import { customGradients } from './custom-gradients.ts';
import type { LoadedModel } from './load.ts';
import { graphType } from './match.ts';
import {
  type LoadedSignature,
  loadedSignature,
  requireRunnable,
  type SignatureParts,
  type SignatureSpec,
} from './signature.ts';
import { stateOfVariable } from './variable-state.ts';

/** A SavedModel without objects, as TensorFlow 1 writes it. */
export interface GraphOnly {
  readonly saved: SavedModel;
  readonly metaGraph: MetaGraph;
  readonly assets: readonly (Uint8Array | null)[];
  readonly options: LoadOptions;
  readonly read: ReadOptions;
}

/** Collections that name what runs after the variables have been restored, the one in use first. */
const INITIALIZERS: readonly string[] = ['saved_model_main_op', 'main_op', 'legacy_init_op'];

/** Name that TensorFlow 2 gives the signature of the initializer. */
const INIT_SIGNATURE = '__saved_model_init_op';

/** Loads a graph with its signatures and variables, and runs its initializer. */
export async function loadGraphOnly(source: GraphOnly): Promise<LoadedModel> {
  const resources = new ResourceContainer();
  const variables = await restoreVariables(source, resources);
  const { metaGraph } = source;
  const executor = new GraphExecutor(metaGraph.graph.functions, {
    resources,
    gradients: customGradients(metaGraph),
  });
  const graph = new GraphCutter(source, executor);
  graph.initialize();
  const signatures: { [name: string]: LoadedSignature } = Object.create(null);
  for (const [name, signature] of metaGraph.signatures) {
    signatures[name] =
      name === INIT_SIGNATURE ? graph.initializer(name) : graph.signature(name, signature);
  }
  const called = Object.entries(signatures).filter(([name]) => name !== INIT_SIGNATURE);
  requireRunnable(called.map(([, signature]) => signature));
  const model = Object.create(null);
  return Object.assign(model, {
    signatures: Object.freeze(signatures),
    variables,
    tensorflow_version: metaGraph.tensorflowVersion,
    tensorflow_git_version: metaGraph.tensorflowGitVersion,
  });
}

/** Reads the variables of the graph from the checkpoint, under the names that their nodes have. */
async function restoreVariables(
  { saved, metaGraph, options, read }: GraphOnly,
  resources: ResourceContainer,
): Promise<Variable[]> {
  if (options.experimental_skip_checkpoint) return [];
  const tensors = (await saved.openVariables(read))?.tensors;
  const listed = new Map(metaGraph.graphVariables.map((variable) => [variable.name, variable]));
  const variables: Variable[] = [];
  for (const node of metaGraph.graph.nodes) {
    if (!/^(VariableV2|Variable|VarHandleOp|AutoReloadVariable)$/.test(node.op)) continue;
    const text = (name: string): string =>
      new TextDecoder().decode(node.attr[name]?.s ?? undefined);
    const shared = text('shared_name') === '' ? node.name : text('shared_name');
    const known = listed.get(node.name) ?? listed.get(shared);
    const tensor = tensors?.get(known?.key ?? node.name) ?? tensors?.get(shared);
    if (tensor === undefined) continue;
    const record: TensorRecord = await tensor.read(read);
    const variable = new Variable(record, { name: node.name, trainable: known?.trainable ?? true });
    variables.push(variable);
    const resource = new VariableResource(stateOfVariable(variable));
    resources.set(`${text('container')}/${shared}`, resource);
  }
  return variables;
}

/** Makes functions of parts of a graph. */
class GraphCutter {
  readonly #metaGraph: MetaGraph;
  readonly #executor: GraphExecutor;
  readonly #assets: readonly (readonly [BodyArg, AssetTensor])[];

  constructor({ metaGraph, assets }: GraphOnly, executor: GraphExecutor) {
    this.#metaGraph = metaGraph;
    this.#executor = executor;
    this.#assets = metaGraph.assets.flatMap(({ tensor, filename }, i) => {
      const content = assets[i];
      if (tensor === '' || content === undefined) return [];
      return [[{ name: tensor, dtype: 'string' }, new AssetTensor(`assets/${filename}`, content)]];
    });
  }

  /** Runs the initializer, if the graph has one. */
  initialize(): void {
    this.initializer(INIT_SIGNATURE)();
  }

  /** The initializer as a signature without inputs and outputs. */
  initializer(name: string): LoadedSignature {
    const { collections, signatures } = this.#metaGraph;
    const listed = INITIALIZERS.flatMap((key) => collections.get(key)?.nodeList?.value ?? []);
    const own = [...(signatures.get(INIT_SIGNATURE)?.outputs.values() ?? [])].map(placeOf);
    const target = own[0] ?? listed[0] ?? '';
    const targets = target === '' ? [] : [target.replace(/:\d+$/, '')];
    const cut = this.#cut({ feeds: [], fetches: [], targets, name: 'the initializer' });
    return loadedSignature({ name, inputs: [], outputs: [], ...cut });
  }

  /** Makes the function of a signature. */
  signature(name: string, signature: Signature): LoadedSignature {
    const inputs = sorted(signature.inputs).flatMap(([key, tensor]) => partsOf(key, tensor));
    const outputs = sorted(signature.outputs).flatMap(([key, tensor]) => partsOf(key, tensor));
    const cut = this.#cut({
      feeds: inputs.map(({ place, spec }) => ({ name: place, dtype: spec.dtype })),
      fetches: outputs.map(({ place }) => place),
      name: `the signature ${name}`,
    });
    return loadedSignature({
      name,
      inputs: inputs.map(({ spec }) => spec),
      outputs: outputs.map(({ spec }) => spec),
      ...cut,
    });
  }

  #cut(cut: {
    feeds: readonly BodyArg[];
    fetches: readonly string[];
    targets?: readonly string[];
    name: string;
  }): Pick<SignatureParts, 'compile' | 'run'> {
    const fed = new Set(cut.feeds.map(({ name }) => name));
    const assets = this.#assets.filter(([{ name }]) => !fed.has(name));
    const feeds = [...cut.feeds, ...assets.map(([feed]) => feed)];
    const { nodes } = this.#metaGraph.graph;
    let made: GraphFunction | undefined;
    const compile = (): GraphFunction => {
      made ??= this.#executor.graph(nodes, { ...cut, feeds });
      return made;
    };
    const run = (inputs: readonly Value[]): Value[] =>
      compile().run([...inputs, ...assets.map(([, value]) => value)]);
    return { compile, run };
  }
}

function sorted<T>(entries: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Part {
  readonly spec: SignatureSpec;
  /** Name of the tensor in the graph. */
  readonly place: string;
}

function placeOf({ place }: SignatureTensor): string {
  return place.kind === 'dense' ? place.tensor : '';
}

/** Tensors that an input or output consists of; the parts of sparse ones have names of their own. */
function partsOf(name: string, tensor: SignatureTensor): Part[] {
  const { place, dtype, shape } = tensor;
  switch (place.kind) {
    case 'dense':
      return [{ spec: { name, dtype: graphType(dtype), shape }, place: place.tensor }];
    case 'sparse':
      return [
        {
          spec: { name: `${name}_dense_shape`, dtype: 'int64', shape: null },
          place: place.denseShape,
        },
        { spec: { name: `${name}_indices`, dtype: 'int64', shape: null }, place: place.indices },
        {
          spec: { name: `${name}_values`, dtype: graphType(dtype), shape: null },
          place: place.values,
        },
      ];
    case 'composite':
      return place.components.flatMap((component, i) =>
        partsOf(`${name}_component_${i}`, component),
      );
    default:
      throw new MalformedError(`The tensor ${name} of a signature lies nowhere.`);
  }
}
