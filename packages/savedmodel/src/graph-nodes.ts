import type { Tensor } from '@km/core';
import { type PartialShape, type TensorDType, tensorDTypeCode } from '@km/core/tensor-proto';
import type { AttrValue, NodeDef } from '@km/proto/saved-model';
import { encodeTensorProto } from './encode-tensor-proto.ts';
import { shapeProto } from './tensor-shape.ts';

/** Attributes of a node by name. */
export type NodeAttrs = Readonly<Record<string, AttrValue.$Properties>>;

const encoder = new TextEncoder();

/** Attribute that is a type. */
export function typeAttr(dtype: TensorDType): AttrValue.$Properties {
  return { type: tensorDTypeCode(dtype) };
}

/** Attribute that is a list of types, by their numbers. */
export function typeCodesAttr(codes: readonly number[]): AttrValue.$Properties {
  return { list: { type: [...codes] } };
}

/** Attribute that is a shape. */
export function shapeAttr(shape: PartialShape): AttrValue.$Properties {
  return { shape: shapeProto(shape) };
}

/** Attribute that is a text. */
export function textAttr(text: string): AttrValue.$Properties {
  return { s: encoder.encode(text) };
}

/** Attribute that is a function of the library. */
export function functionAttr(name: string): AttrValue.$Properties {
  return { func: { name } };
}

/** Attributes of a constant. */
export function constantAttrs(tensor: Tensor): NodeAttrs {
  return { dtype: typeAttr(tensor.dtype), value: { tensor: encodeTensorProto(tensor) } };
}

/** A vector of texts. */
export function textVector(texts: readonly string[]): Tensor {
  return {
    dtype: 'string',
    shape: [texts.length],
    data: texts.map((text) => encoder.encode(text)),
  };
}

/** Device on which TensorFlow saves and restores. */
export const CPU = '/device:CPU:0';

/** Collects the nodes of a graph, each under a name of its own. */
export class GraphNodes {
  readonly #nodes: NodeDef.$Properties[] = [];
  readonly #names: Set<string> = new Set();

  /** The nodes in the order in which they were added. */
  get list(): NodeDef.$Properties[] {
    return [...this.#nodes];
  }

  /** Adds a node and returns its name: the one wanted, or one with a number behind it when that is taken. */
  add(
    op: string,
    wanted: string,
    inputs: readonly string[],
    attr: NodeAttrs,
    device: string = '',
  ): string {
    const name = this.#freeName(wanted);
    this.#nodes.push({ name, op, input: [...inputs], device, attr: { ...attr } });
    return name;
  }

  /** Adds a variable, shared within a session under the name of its node. */
  addVariable(wanted: string, attr: NodeAttrs): string {
    const name = this.#freeName(wanted);
    this.#nodes.push({
      name,
      op: 'VarHandleOp',
      attr: { ...attr, shared_name: textAttr(name) },
    });
    return name;
  }

  #freeName(wanted: string): string {
    const base = nodeName(wanted);
    let free = base;
    for (let count = 1; this.#names.has(free); count++) free = `${base}_${count}`;
    this.#names.add(free);
    return free;
  }
}

/** Names of nodes start with a letter, digit or dot (tensorflow/core/graph/tensor_id and node_def_util). */
function nodeName(wanted: string): string {
  const safe = wanted.replaceAll(/[^A-Za-z0-9_.\-/]/g, '_').replace(/^[^A-Za-z0-9.]+/, '');
  return safe === '' ? 'node' : safe;
}
