import type { Symbolic } from './keras-tensor.ts';
import { LayerBase } from './layer-base.ts';
import { mapStructure } from './nest.ts';
import type { Node } from './node.ts';
import type { Shapes } from './types.ts';

/** Shapes of symbolic tensors, in their structure. */
function shapesOfSymbolic(tensors: Symbolic): Shapes {
  return mapStructure(tensors, (tensor) => tensor.shape);
}

/** A layer with the calls on symbolic tensors that it has taken part in. */
export abstract class ConnectedLayer extends LayerBase {
  #inbound: Node[] = [];
  #outbound: Node[] = [];

  /** The calls of this layer. */
  get _inbound_nodes(): Node[] {
    return this.#inbound;
  }

  set _inbound_nodes(nodes: Node[]) {
    this.#inbound = nodes;
  }

  /** The calls of other layers on outputs of this one. */
  get _outbound_nodes(): Node[] {
    return this.#outbound;
  }

  set _outbound_nodes(nodes: Node[]) {
    this.#outbound = nodes;
  }

  #nodeAt(index: number, what: string): Node {
    const node = this.#inbound.at(index);
    if (node !== undefined) return node;
    if (this.#inbound.length === 0) {
      throw new TypeError(
        `The layer "${this.name}" has never been called and thus has no defined ${what}.`,
      );
    }
    throw new RangeError(
      `Asked to get ${what} at node ${String(index)}, but the layer has only ${String(this.#inbound.length)} inbound nodes.`,
    );
  }

  #onlyNode(what: string): Node {
    if (this.#inbound.length <= 1) return this.#nodeAt(0, what);
    throw new TypeError(
      `Layer "${this.name}" has multiple inbound nodes, hence the notion of "layer ${what}" is ill-defined. Use \`get_${what}_at(node_index)\` instead.`,
    );
  }

  /** The input of the only call. */
  get input(): Symbolic {
    return this.#onlyNode('input').input_tensors;
  }

  /** The output of the only call. */
  get output(): Symbolic {
    return this.#onlyNode('output').outputs;
  }

  get_input_at(node_index: number): Symbolic {
    return this.#nodeAt(node_index, 'input').input_tensors;
  }

  get_output_at(node_index: number): Symbolic {
    return this.#nodeAt(node_index, 'output').outputs;
  }

  get_input_shape_at(node_index: number): Shapes {
    return shapesOfSymbolic(this.#nodeAt(node_index, 'input shape').input_tensors);
  }

  get_output_shape_at(node_index: number): Shapes {
    return shapesOfSymbolic(this.#nodeAt(node_index, 'output shape').outputs);
  }

  #commonShape(what: 'input' | 'output'): Shapes {
    this.#nodeAt(0, `${what} shape`);
    const shapes = this.#inbound.map((node) =>
      shapesOfSymbolic(what === 'input' ? node.input_tensors : node.outputs),
    );
    const [first] = shapes;
    if (first !== undefined && new Set(shapes.map((s) => JSON.stringify(s))).size === 1) {
      return first;
    }
    throw new TypeError(
      `The layer "${this.name}" has multiple inbound nodes with different ${what} shapes. Hence the notion of "${what} shape" is ill-defined for the layer. Use \`get_${what}_shape_at(node_index)\` instead.`,
    );
  }

  /** The shape that all inputs have had. */
  get input_shape(): Shapes {
    return this.#commonShape('input');
  }

  /** The shape that all outputs have had. */
  get output_shape(): Shapes {
    return this.#commonShape('output');
  }
}
