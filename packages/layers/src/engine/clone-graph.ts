import { Input } from './input-layer.ts';
import { KerasTensor, type Symbolic } from './keras-tensor.ts';
import { flatten, mapStructure } from './nest.ts';
import { kerasTensorsIn, Node, nodeOf } from './node.ts';

/** True for a symbolic tensor that an input layer made. */
export function isInputTensor(tensor: KerasTensor): boolean {
  return tensor.hasHistory && nodeOf(tensor).is_input;
}

/** The calls between the inputs and the outputs, each after those it depends on. */
function callsBetween(inputs: ReadonlySet<KerasTensor>, outputs: readonly KerasTensor[]): Node[] {
  const ordered: Node[] = [];
  const entered = new Set<Node>();
  const steps: { readonly node: Node; readonly leave: boolean }[] = [];
  const enter = (tensors: readonly KerasTensor[]): void => {
    for (const tensor of tensors) {
      if (!inputs.has(tensor)) steps.push({ node: nodeOf(tensor), leave: false });
    }
  };
  enter(outputs);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { node, leave } = step;
    if (leave) {
      ordered.push(node);
    } else if (!entered.has(node) && !node.is_input) {
      entered.add(node);
      steps.push({ node, leave: true });
      enter(node.keras_inputs);
    }
  }
  return ordered;
}

function copyTensor(tensor: KerasTensor): KerasTensor {
  const copy = new KerasTensor(tensor);
  copy.mask = tensor.mask;
  return copy;
}

/**
 * Makes a graph that starts at intermediate tensors: these become inputs, and the calls after them are repeated.
 * Inputs that are inputs already stay.
 */
export function cloneGraph(inputs: Symbolic, outputs: Symbolic): [Symbolic, Symbolic] {
  const copies = new Map<KerasTensor, KerasTensor>();
  for (const tensor of flatten<KerasTensor>(inputs)) {
    const { shape, dtype, sparse, ragged } = tensor;
    const own = isInputTensor(tensor);
    copies.set(tensor, own ? tensor : Input({ batch_shape: shape, dtype, sparse, ragged }));
  }
  const copyOf = (tensor: KerasTensor): KerasTensor => copies.get(tensor) ?? tensor;
  for (const node of callsBetween(new Set(copies.keys()), kerasTensorsIn(outputs))) {
    const made = mapStructure(node.outputs, copyTensor);
    const { inputs: args, kwargs } = node.mapArguments(copyOf);
    new Node(node.layer, args, kwargs, made);
    const fresh = kerasTensorsIn(made);
    kerasTensorsIn(node.outputs).forEach((tensor, i) => {
      const copy = fresh[i];
      if (copy !== undefined && !copies.has(tensor)) copies.set(tensor, copy);
    });
  }
  return [mapStructure(inputs, copyOf), mapStructure(outputs, copyOf)];
}
