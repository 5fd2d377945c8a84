import type { LazyTensor, Tensor } from '@km/core';
import { encodeDatatype } from './encode-types.ts';
import type { H5Model, H5Weight, H5Weights, H5WeightsV3 } from './model.ts';
import { addNode, type TreeAttribute, type TreeGroup, treeGroup } from './tree.ts';

/** How lists of names are stored. */
export interface H5EncodeOptions {
  /**
   * `variable`, as Keras with h5py 3 (TensorFlow ≥ 2.5) and read by all, or `fixed`, as Keras with h5py 2 before it.
   * Default `variable`.
   */
  readonly strings?: 'variable' | 'fixed' | undefined;
}

type Values = Tensor | LazyTensor;

/** Most bytes of a list of names in one attribute; Keras splits longer ones. */
const MAX_LIST_BYTES = 64_512;
/** Size of the reference that stands for a variable-length string. */
const REFERENCE_BYTES = 16;

/** Lays out a whole model as Keras does. */
export function modelTree(model: H5Model<Values>, options: H5EncodeOptions = {}): TreeGroup {
  const root = treeGroup();
  addVersions(root, model);
  addText(root, 'model_config', asciiJson(model.modelConfig));
  if (model.trainingConfig !== undefined) {
    addText(root, 'training_config', asciiJson(model.trainingConfig));
  }
  const weights = treeGroup();
  addNode(root, 'model_weights', weights);
  fillWeights(weights, model, options);
  if (model.optimizerWeights !== undefined) {
    const optimizer = treeGroup();
    addNode(root, 'optimizer_weights', optimizer);
    addWeights(optimizer, model.optimizerWeights, options);
  }
  return root;
}

/** Lays out a legacy weights file as Keras does. */
export function weightsTree(weights: H5Weights<Values>, options: H5EncodeOptions = {}): TreeGroup {
  const root = treeGroup();
  fillWeights(root, weights, options);
  return root;
}

/** Lays out weights in the v3 layout; the root always has a group `vars`, which TF-Keras demands. */
export function weightsV3Tree(objects: H5WeightsV3<Values>): TreeGroup {
  const root = treeGroup();
  for (const [path, { name, variables }] of objects) {
    const vars = treeGroup();
    if (addNode(root, path === '' ? 'vars' : `${path}/vars`, vars) !== vars) {
      throw new RangeError(`Two objects have the path ${path}.`);
    }
    if (name !== undefined) addText(vars, 'name', name);
    for (const [i, tensor] of variables.entries()) {
      // Keras 3 tells bfloat16 from other opaque data by this.
      const dtype = { kind: 'text', name: 'dtype', value: 'bfloat16' } as const;
      addTensor(vars, String(i), tensor, path, tensor.dtype === 'bfloat16' ? [dtype] : []);
    }
  }
  addNode(root, 'vars', treeGroup());
  return root;
}

function fillWeights(group: TreeGroup, weights: H5Weights<Values>, options: H5EncodeOptions): void {
  addList(
    group,
    'layer_names',
    weights.layers.map(({ name }) => name),
    options,
  );
  addVersions(group, weights);
  const seen = new Set<TreeGroup>();
  const add = (name: string, list: readonly H5Weight<Values>[]): void => {
    const layer = addNode(group, name, treeGroup());
    if (seen.has(layer)) throw new RangeError(`Two layers have the name ${name}.`);
    seen.add(layer);
    addWeights(layer, list, options);
  };
  for (const layer of weights.layers) add(layer.name, layer.weights);
  if (weights.topLevelWeights !== undefined)
    add('top_level_model_weights', weights.topLevelWeights);
}

function addWeights(
  group: TreeGroup,
  weights: readonly H5Weight<Values>[],
  options: H5EncodeOptions,
): void {
  addList(
    group,
    'weight_names',
    weights.map(({ name }) => name),
    options,
  );
  for (const { name, tensor } of weights) addTensor(group, name, tensor, name);
}

function addTensor(
  group: TreeGroup,
  name: string,
  tensor: Values,
  what: string,
  attributes: readonly TreeAttribute[] = [],
): void {
  try {
    encodeDatatype(tensor.dtype);
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
  addNode(group, name, { kind: 'dataset', tensor, attributes });
}

function addVersions(group: TreeGroup, { kerasVersion, backend }: H5Weights<Values>): void {
  if (backend !== undefined) addText(group, 'backend', backend);
  if (kerasVersion !== undefined) addText(group, 'keras_version', kerasVersion);
}

function addText(group: TreeGroup, name: string, value: string): void {
  checkText(value);
  group.attributes.push({ kind: 'text', name, value });
}

/** Adds a list of names, split into `name0`, `name1`, … of near-equal length when it is too long for one attribute. */
function addList(
  group: TreeGroup,
  name: string,
  values: readonly string[],
  options: H5EncodeOptions,
): void {
  for (const value of values) checkText(value);
  const width = values.reduce((most, value) => Math.max(most, byteLength(value)), 1);
  const perPart = Math.floor(MAX_LIST_BYTES / width);
  if (perPart === 0) throw new RangeError(`A name of ${width} bytes is too long for HDF5.`);
  const count = Math.ceil(values.length / perPart);
  const variable = options.strings !== 'fixed' && values.length * REFERENCE_BYTES <= MAX_LIST_BYTES;
  if (count <= 1) {
    group.attributes.push(list(name, values, variable ? undefined : width));
    return;
  }
  const base = Math.floor(values.length / count);
  const longer = values.length % count;
  for (let part = 0, at = 0; part < count; part++) {
    const length = base + (part < longer ? 1 : 0);
    group.attributes.push(list(`${name}${part}`, values.slice(at, at + length), width));
    at += length;
  }
}

function list(name: string, values: readonly string[], width: number | undefined): TreeAttribute {
  return { kind: 'list', name, values, ...(width !== undefined && { width }) };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function checkText(value: string): void {
  if (value.includes('\0'))
    throw new RangeError('HDF5 texts of Keras cannot hold a NUL character.');
}

/** Escapes what is not ASCII, as Python's json does; TensorFlow 2.4 reads nothing else. */
export function asciiJson(text: string): string {
  return text.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
