import { AddLoss, AddMetric } from './add-layers.ts';
import { mapGraph } from './graph-map.ts';
import type { GraphNetwork } from './graph-network.ts';
import type { KerasTensor } from './keras-tensor.ts';
import type { Layer } from './layer.ts';

/** Appends a layer to a value that the inputs of the graph give, together with all calls on the way. */
function append(graph: GraphNetwork, value: KerasTensor, layer: Layer): void {
  const { nodesByDepth, layers } = mapGraph(graph.inputs, [value]);
  layer.apply(value);
  const nodes = [...nodesByDepth.values()].flat();
  graph.insert([...layers, layer], [...nodes, ...layer._inbound_nodes]);
}

/** Lets a symbolic scalar of a functional model count as a loss in each call. */
export function addLossToGraph(graph: GraphNetwork, loss: KerasTensor): void {
  append(graph, loss, new AddLoss({ unconditional: false, dtype: loss.dtype }));
}

/** Lets a symbolic value of a functional model be averaged as a metric in each call. */
export function addMetricToGraph(
  graph: GraphNetwork,
  value: KerasTensor,
  metric_name: string,
  aggregation: 'mean' | null,
): void {
  append(graph, value, new AddMetric({ aggregation, metric_name, dtype: value.dtype }));
}
