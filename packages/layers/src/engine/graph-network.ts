import * as tf from '@tensorflow/tfjs-core';
import { cloneGraph, isInputTensor } from './clone-graph.ts';
import { deviceDType } from './flat.ts';
import { mapGraph } from './graph-map.ts';
import { InputSpec } from './input-spec.ts';
import { KerasTensor, type Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { get_mask, set_mask } from './mask.ts';
import { flatten, isPlainObject, mapStructure, packAs, sortedKeys } from './nest.ts';
import { kerasTensorsIn, layerOf, Node, nodeOf } from './node.ts';
import { rowsOf, set_rows } from './rows.ts';
import type { ApplyArgs, Masks, Nested, Tensors } from './types.ts';
import { UsageCount } from './usage-count.ts';

/** A list with a single member stands for the member, as in Keras. */
function unwrap(structure: Symbolic): Symbolic {
  const only = Array.isArray(structure) && flatten(structure).length === 1;
  return only ? (structure[0] as Symbolic) : structure;
}

/** Names of the outputs: those of their layers, a number added when a layer has several. */
function outputNames(layers: readonly Layer[]): string[] {
  const names: string[] = [];
  const counts = new Map<string, number>();
  for (const { name } of layers) {
    let proposal = name;
    while (names.includes(proposal)) {
      const count = counts.get(name) ?? 1;
      proposal = `${name}_${String(count)}`;
      counts.set(name, count + 1);
    }
    names.push(proposal);
  }
  return names;
}

/** The layers of a model and the calls that lead from its inputs to its outputs. */
export class GraphNetwork {
  /** Inputs and outputs in the structure in which the model takes and gives tensors. */
  readonly nested_inputs: Symbolic;
  readonly nested_outputs: Symbolic;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  readonly input_names: readonly string[];
  readonly output_names: readonly string[];
  /** All layers in Keras's order. */
  readonly layers: Layer[];
  /** The calls by distance from the outputs; negative for calls that lead to no output. */
  readonly nodes_by_depth: Map<number, Node[]>;
  #usage: UsageCount;

  /** @throws TypeError for inputs or outputs that no layer made, RangeError for a graph that does not connect. */
  constructor(inputs: Symbolic, outputs: Symbolic) {
    checkHistory(inputs, 'Input');
    checkHistory(outputs, 'Output');
    const [from, to] = flatten(inputs).every(isInputTensor)
      ? [inputs, outputs]
      : cloneGraph(inputs, outputs);
    this.nested_inputs = unwrap(from);
    this.nested_outputs = unwrap(to);
    this.inputs = flatten(this.nested_inputs);
    this.outputs = flatten(this.nested_outputs);
    if (new Set(this.inputs).size !== this.inputs.length) {
      throw new RangeError(
        'The list of inputs passed to the model contains the same input multiple times. All inputs should only appear once.',
      );
    }
    const { nodesByDepth, layers } = mapGraph(this.inputs, this.outputs);
    this.nodes_by_depth = nodesByDepth;
    this.layers = layers;
    this.input_names = this.inputs.map((input) => layerOf(input).name);
    this.output_names = outputNames(this.outputs.map(layerOf));
    this.#usage = new UsageCount(this.nodes, this.inputs, this.outputs);
  }

  /** All calls, those farthest from the outputs first. */
  get nodes(): Node[] {
    return [...this.nodes_by_depth].sort(([a], [b]) => b - a).flatMap(([, nodes]) => nodes);
  }

  /** What the inputs must look like; `null` where a deeper structure does not allow to tell. */
  get input_spec(): InputSpec[] | null {
    const nested = this.nested_inputs;
    const specOf = (tensor: KerasTensor, name: string): InputSpec =>
      new InputSpec({
        shape: tensor.shape.length === 0 ? [] : [null, ...tensor.shape.slice(1)],
        allow_last_axis_squeeze: true,
        name,
      });
    if (isPlainObject(nested)) {
      const keys = sortedKeys(nested);
      if (keys.length !== this.inputs.length) return null;
      return this.inputs.map((tensor, i) => specOf(tensor, keys[i] ?? ''));
    }
    if (Array.isArray(nested) && nested.length !== this.inputs.length) return null;
    return this.inputs.map((tensor, i) => specOf(tensor, this.input_names[i] ?? ''));
  }

  /** The values for the inputs in their order; a dictionary goes by the names of the inputs. */
  #inInputOrder<T>(values: Nested<T>): T[] {
    const nested = this.nested_inputs;
    if (!isPlainObject(values)) return flatten(values);
    const isFlat = isPlainObject(nested) || !Array.isArray(nested) || !nested.some(Array.isArray);
    const names = isPlainObject(nested) ? sortedKeys(nested) : this.input_names;
    const entries = values as { readonly [key: string]: Nested<T> };
    const found = names.map((name) => entries[name]);
    if (!isFlat || found.includes(undefined)) return flatten(values);
    return found as T[];
  }

  /** Computes the outputs; tensors are freed after their last use unless gradients are being recorded. */
  run(inputs: Tensors, mask: Masks | null): Tensors {
    const masks = mask === null ? [] : this.#inInputOrder<tf.Tensor | null>(mask);
    const values = new Map<KerasTensor, tf.Tensor>();
    this.#inInputOrder<tf.Tensor>(inputs).forEach((value, i) => {
      const reference = this.inputs[i];
      if (reference === undefined) return;
      const own = conform(value, reference);
      set_mask(own, masks[i] ?? null);
      values.set(reference, own);
    });
    const release = this.#usage.releaser(values);
    for (const node of this.nodes) {
      if (node.is_input || node.keras_inputs.some((tensor) => !values.has(tensor))) continue;
      const args = node.mapArguments((tensor) => values.get(tensor));
      const result: Tensors = node.layer.apply<Tensors>(args.inputs as Tensors, args.kwargs);
      const flat = flatten<tf.Tensor>(result);
      kerasTensorsIn(node.outputs).forEach((tensor, i) => {
        const value = flat[i];
        if (value !== undefined) values.set(tensor, value);
      });
      release(node);
    }
    return this.#collect(values);
  }

  #collect<T>(values: ReadonlyMap<KerasTensor, T>): Nested<T> {
    const outputs = this.outputs.map((tensor) => {
      const value = values.get(tensor);
      if (value === undefined) {
        throw new RangeError(`Could not compute output "${tensor.name}" from the given inputs.`);
      }
      return value;
    });
    return packAs<KerasTensor, T>(this.nested_outputs, outputs);
  }

  /** The outputs that other symbolic inputs give; they are not linked to any call. */
  propagate(inputs: Symbolic, args: ApplyArgs): Symbolic {
    const values = new Map<KerasTensor, KerasTensor>();
    const explicit = args.mask as Nested<KerasTensor | null> | null | undefined;
    const masks = explicit ? this.#inInputOrder(explicit) : [];
    this.#inInputOrder<KerasTensor>(inputs).forEach((value, i) => {
      const reference = this.inputs[i];
      if (reference === undefined) return;
      const copy = value.with(conformSpec(value, reference));
      copy.mask = masks[i] ?? value.mask;
      values.set(reference, copy);
    });
    for (const node of this.nodes) {
      if (node.is_input || node.keras_inputs.some((tensor) => !values.has(tensor))) continue;
      const mapped = node.mapArguments((tensor) => values.get(tensor) ?? tensor);
      const made = kerasTensorsIn(node.layer._infer_outputs(mapped.inputs, mapped.kwargs));
      kerasTensorsIn(node.outputs).forEach((tensor, i) => {
        const value = made[i];
        if (value !== undefined) values.set(tensor, value);
      });
    }
    const outputs = this.#collect(values);
    // An output may be an input, which must not be linked to a second call.
    return mapStructure(outputs, (tensor) => {
      const copy = new KerasTensor(tensor);
      copy.mask = tensor.mask;
      return copy;
    });
  }

  /** Adds calls that lead to no output, such as those of losses, and their layers. */
  insert(layers: readonly Layer[], nodes: readonly Node[]): void {
    const depths = new Map<Node, number>();
    for (const [depth, group] of this.nodes_by_depth)
      for (const node of group) depths.set(node, depth);
    const known = new Set([...nodes, ...depths.keys()]);
    let waiting = nodes.filter((node) => !depths.has(node));
    while (waiting.length > 0) {
      const next = waiting.filter((node) => !this.#place(node, depths, known));
      if (next.length === waiting.length) {
        throw new RangeError('Layers could not be added due to missing dependencies.');
      }
      waiting = next;
    }
    for (const layer of layers) if (!this.layers.includes(layer)) this.layers.push(layer);
    this.#usage = new UsageCount(this.nodes, this.inputs, this.outputs);
  }

  /** Puts a call one below the last call it depends on; false while one of these has no place yet. */
  #place(node: Node, depths: Map<Node, number>, known: ReadonlySet<Node>): boolean {
    let depth = 0;
    for (const parent of node.parent_nodes) {
      const found = depths.get(parent);
      if (found === undefined && known.has(parent)) return false;
      depth = Math.min(depth, found ?? 0);
    }
    depths.set(node, depth - 1);
    const group = this.nodes_by_depth.get(depth - 1);
    if (group === undefined) this.nodes_by_depth.set(depth - 1, [node]);
    else group.push(node);
    return true;
  }
}

function checkHistory(tensors: Symbolic, what: string): void {
  for (const tensor of flatten<unknown>(tensors as Nested<unknown>)) {
    if (tensor instanceof KerasTensor && tensor.hasHistory && nodeOf(tensor) instanceof Node)
      continue;
    throw new TypeError(
      `${what} tensors to a Functional model must be symbolic tensors that a layer or Input has made.`,
    );
  }
}

/** Gives a tensor the rank and dtype of the input it stands for; the result is a handle of its own. */
function conform(value: tf.Tensor, reference: KerasTensor): tf.Tensor {
  const mask = get_mask(value);
  const rows = rowsOf(value);
  const rank = reference.shape.length;
  let own = tf.clone(value);
  if (rows !== null) own = set_rows(own, rows);
  else if (value.rank === rank + 1 && value.shape.at(-1) === 1) own = tf.squeeze(own, [-1]);
  else if (value.rank === rank - 1 && reference.shape.at(-1) === 1) own = tf.expandDims(own, -1);
  const dtype = deviceDType(reference.dtype);
  if (own.dtype !== dtype && dtype !== 'string' && own.dtype !== 'string')
    own = tf.cast(own, dtype);
  set_mask(own, mask);
  return set_rows(own, rows);
}

function conformSpec(
  value: KerasTensor,
  reference: KerasTensor,
): Pick<KerasTensor, 'shape' | 'dtype'> {
  const { dtype } = reference;
  const rank = reference.shape.length;
  if (value.shape.length === rank + 1 && value.shape.at(-1) === 1) {
    return { shape: value.shape.slice(0, -1), dtype };
  }
  if (value.shape.length === rank - 1 && reference.shape.at(-1) === 1) {
    return { shape: [...value.shape, 1], dtype };
  }
  return { shape: value.shape, dtype };
}
