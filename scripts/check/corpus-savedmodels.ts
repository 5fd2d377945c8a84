/**
 * Compares SavedModels of a corpus with what TensorFlow read from them (graphs, signatures, ops, variables), and checks
 * that their functions and objects fit together: `corpus-savedmodels.ts FOLDER [--filter TEXT]`;
 * `corpusSavedModels` is the part for other commands.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTensor, isKmError, type LazyTensor } from '@km/core';
import {
  bindVariables,
  type ConcreteFunction,
  decodeTensorProto,
  type MetaGraph,
  nodePaths,
  readSavedModel,
  type SavedModel,
  type SignatureTensor,
  specsOf,
  type TypeSpecStructure,
  usedOps,
} from '@km/savedmodel';
import { type Outcome, printGroup } from './golden-report.ts';

interface ExpectedVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256?: string;
}

interface ExpectedSignature {
  readonly method?: string;
  readonly inputs?: readonly ExpectedVariable[];
  readonly outputs?: readonly ExpectedVariable[];
}

interface ExpectedGraph {
  readonly tags: readonly string[];
  readonly tf_version: string;
  readonly git: string;
  readonly object_graph_nodes: number;
  readonly functions: number;
  readonly nodes: number;
  readonly signatures: readonly string[];
  readonly stripped_default_attrs: boolean;
}

interface Expected {
  readonly model: string;
  readonly savedmodel?: {
    readonly meta_graphs: readonly ExpectedGraph[];
    readonly ops: readonly string[];
    readonly has_keras_metadata: boolean;
    readonly variables?: readonly ExpectedVariable[];
  };
  readonly checkpoint_tensors?: readonly ExpectedVariable[];
  readonly signatures?: Readonly<Record<string, ExpectedSignature>>;
}

/** Checks all SavedModels of a corpus. */
export async function corpusSavedModels(folder: string, filter = ''): Promise<Outcome[]> {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
  const entries: readonly { id: string; kind: string }[] = index.entries;
  const outcomes: Outcome[] = [];
  for (const { id, kind } of entries) {
    if (kind !== 'savedmodel' || !id.includes(filter)) continue;
    outcomes.push(await checkEntry(path.join(folder, 'entries', ...id.split('/')), id));
  }
  return outcomes;
}

async function checkEntry(folder: string, id: string): Promise<Outcome> {
  const expected: Expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));
  try {
    const model = await readSavedModel(path.join(folder, expected.model));
    compareGraphs(model, expected);
    for (const metaGraph of model.metaGraphs) {
      checkFunctions(metaGraph);
      checkConstants(metaGraph);
    }
    compareSignatures(model, expected.signatures ?? {});
    await compareVariables(model, savedVariables(expected));
    await model.readFingerprint();
    return { id, status: 'passed' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const refused = expected.savedmodel === undefined && isKmError(error);
    return { id, status: refused ? 'passed' : 'failed', reason };
  }
}

function equal(what: string, actual: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: ${left}, expected ${right}`);
}

function compareGraphs(model: SavedModel, { savedmodel }: Expected): void {
  if (savedmodel === undefined) throw new Error('opened, which TensorFlow does not');
  const graphs = model.metaGraphs.map((metaGraph) => ({
    tags: metaGraph.tags,
    tf_version: metaGraph.tensorflowVersion,
    git: metaGraph.tensorflowGitVersion,
    object_graph_nodes: metaGraph.objectGraph?.nodes.length ?? 0,
    functions: metaGraph.graph.functions.names.length,
    nodes: metaGraph.graph.nodes.length,
    signatures: [...metaGraph.signatures.keys()].sort(),
    stripped_default_attrs: metaGraph.strippedDefaultAttrs,
  }));
  equal('graphs', graphs, savedmodel.meta_graphs);
  const ops = new Set(model.metaGraphs.flatMap(({ graph }) => usedOps(graph)));
  equal('ops', [...ops].sort(), savedmodel.ops);
  equal('metadata', model.kerasMetadata !== undefined, savedmodel.has_keras_metadata);
  equal('paths of metadata', model.kerasMetadata?.mismatches.length ?? 0, 0);
}

/** Checks that every trace takes and gives as many tensors as its signatures say. */
function checkFunctions({ graph, objectGraph }: MetaGraph): void {
  for (const concrete of objectGraph?.concreteFunctions.values() ?? []) {
    const signature = graph.functions.get(concrete.name)?.signature;
    if (!signature) throw new Error(`${concrete.name} is not in the library`);
    // Functions pruned out of a graph of TensorFlow 1 state none.
    if (concrete.inputSignature.kind !== 'none') {
      const inputs = count(concrete.inputSignature) + concrete.boundInputs.length;
      equal(`inputs of ${concrete.name}`, signature.inputArg.length, inputs);
    }
    const outputs = count(concrete.outputSignature);
    equal(`outputs of ${concrete.name}`, signature.outputArg.length, outputs);
  }
  for (const { value } of objectGraph?.nodes ?? []) {
    const names = value.kind === 'function' ? value.concreteFunctions : [];
    for (const name of names)
      if (!objectGraph?.concreteFunctions.has(name)) throw new Error(`${name} is no trace`);
  }
}

function count(structure: ConcreteFunction['inputSignature']): number {
  return specsOf(structure).reduce(
    (sum, spec) => sum + (spec.kind === 'typeSpec' ? componentsOf(spec) : 1),
    0,
  );
}

function componentsOf({ components }: TypeSpecStructure): number {
  return components === 0 ? 2 : components;
}

function checkConstants({ graph, objectGraph }: MetaGraph): void {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const { value } of objectGraph?.nodes ?? []) {
    if (value.kind !== 'constant') continue;
    const tensor = nodes.get(value.operation)?.attr.value?.tensor;
    if (!tensor) throw new Error(`${value.operation} is no constant`);
    decodeTensorProto(tensor);
  }
}

function compareSignatures(
  model: SavedModel,
  expected: Readonly<Record<string, ExpectedSignature>>,
): void {
  const [metaGraph] = model.metaGraphs;
  for (const [name, { method, inputs, outputs }] of Object.entries(expected)) {
    const signature = metaGraph?.signatures.get(name);
    if (signature === undefined) throw new Error(`signature ${name} is missing`);
    if (method !== undefined) equal(`method of ${name}`, signature.methodName, method);
    comparePlaces(`input of ${name}`, signature.inputs, inputs ?? []);
    comparePlaces(`output of ${name}`, signature.outputs, outputs ?? []);
  }
}

function comparePlaces(
  what: string,
  places: ReadonlyMap<string, SignatureTensor>,
  expected: readonly ExpectedVariable[],
): void {
  for (const { name, dtype, shape } of expected) {
    const place = places.get(name);
    const sparse = places.get(name.replace(/_(dense_shape|indices|values)$/, ''));
    // TensorFlow calls a function with the parts of a sparse tensor.
    if (place === undefined && sparse?.place.kind === 'sparse') continue;
    if (place === undefined) throw new Error(`${what}: ${name} is missing`);
    equal(`${what}: type of ${name}`, place.dtype, dtype);
    if (Array.isArray(place.shape)) {
      const fits = place.shape.map((size, axis) => size ?? shape[axis]);
      equal(`${what}: shape of ${name}`, shape, fits);
    }
  }
}

/** Variables that TensorFlow read from the checkpoint; ops at the start of a model may give others new values. */
function savedVariables({ savedmodel, checkpoint_tensors }: Expected): ExpectedVariable[] {
  const saved = new Set(checkpoint_tensors?.map(({ sha256 }) => sha256));
  return (savedmodel?.variables ?? []).filter(({ sha256 }) => saved.has(sha256));
}

async function compareVariables(
  model: SavedModel,
  expected: readonly ExpectedVariable[],
): Promise<void> {
  const found = new Set<string>();
  const [metaGraph] = model.metaGraphs;
  if (metaGraph === undefined) return;
  if (metaGraph.objectGraph === undefined) {
    const tensors = (await model.openVariables())?.tensors;
    for (const { name, key } of metaGraph.graphVariables) {
      const tensor = tensors?.get(key);
      if (tensor !== undefined) found.add(await describe(name, tensor));
    }
  } else {
    const { variables } = await bindVariables(model, metaGraph);
    for (const { variable, tensor } of variables.values()) {
      found.add(await describe(variable.name, tensor));
    }
    nodePaths(metaGraph.objectGraph);
  }
  for (const { name, dtype, shape, sha256 } of expected) {
    const wanted = JSON.stringify([name.replace(/:0$/, ''), dtype, shape, sha256]);
    if (!found.has(wanted))
      throw new Error(`the variable ${wanted} is missing or has other values`);
  }
}

async function describe(name: string, tensor: LazyTensor): Promise<string> {
  const value = await tensor.read();
  const bytes = value.dtype === 'string' ? Buffer.concat([...value.data]) : encodeTensor(value);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return JSON.stringify([name, tensor.dtype, tensor.shape, digest]);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: 'string', default: '' } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: corpus-savedmodels.ts FOLDER');
  const outcomes = await corpusSavedModels(folder, values.filter);
  printGroup('savedmodel', outcomes);
  const number = (status: Outcome['status']): number =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const [passed, failed, skipped] = [number('passed'), number('failed'), number('skipped')];
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('corpus-savedmodels.ts')) await main();
