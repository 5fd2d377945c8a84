import type { Layer, Model } from '@km/layers';
import { isFunctional, type LabelOptions, layerLabel, wrappedModel } from './layer-label.ts';
import { inRange } from './model-graph.ts';

/** Arguments of `model_to_dot` besides the model, under Keras's names. */
export interface ModelToDotOptions extends LabelOptions {
  readonly rankdir?: string;
  readonly dpi?: number;
  /** True for a part of a graph: a cluster. */
  readonly subgraph?: boolean;
  readonly layer_range?: readonly [string, string] | null;
}

interface DotNode {
  readonly id: number;
  readonly label: string;
}

interface DotGraph {
  readonly name: string;
  readonly nodes: DotNode[];
  readonly edges: Map<string, readonly [from: number, to: number]>;
  readonly clusters: DotGraph[];
}

/**
 * Describes the layers of a model and how they are connected in the language of Graphviz, as `keras.utils.model_to_dot`
 * of 2.15 does; returns the text.
 * @throws TypeError for a model that is not built, RangeError when `layer_range` names no layer.
 */
export function model_to_dot(model: Model, options: ModelToDotOptions = {}): string {
  const { subgraph = false, rankdir = 'TB', dpi = 96 } = options;
  if (!model.built) {
    throw new TypeError(
      'This model has not yet been built. Build the model first by calling `build()` or by calling the model on a batch of data.',
    );
  }
  const graph = new DotBuilder(options).graph(model, options.layer_range ?? null);
  if (subgraph) return `${cluster(graph, '')}\n`;
  const head = [`rankdir=${rankdir};`, 'concentrate=True;', `dpi=${dpi};`, 'node [shape=record];'];
  return `digraph G {\n${[...head, ...body(graph, '')].join('\n')}\n}\n`;
}

class DotBuilder {
  readonly #options: ModelToDotOptions;
  readonly #ids: Map<Layer, number> = new Map();

  constructor(options: ModelToDotOptions) {
    this.#options = options;
  }

  #id(layer: Layer): number {
    const known = this.#ids.get(layer) ?? this.#ids.size + 1;
    this.#ids.set(layer, known);
    return known;
  }

  graph(model: Model, range: readonly [string, string] | null): DotGraph {
    const dot: DotGraph = { name: model.name, nodes: [], edges: new Map(), clusters: [] };
    const graph = model._graph;
    if (graph === null) {
      dot.nodes.push({ id: this.#id(model), label: model.name });
      return dot;
    }
    const shown = inRange(graph.layers, range);
    const parts = new Map<Layer, DotGraph>();
    for (const layer of shown) this.#add(dot, layer, parts);
    // As in Keras, what leads to the first layer of a range is left out.
    const nodes = new Set(graph.nodes);
    for (const layer of range === null ? shown : shown.slice(1)) {
      for (const node of layer._inbound_nodes) {
        if (!nodes.has(node)) continue;
        for (const parent of node.parent_nodes) this.#connect(dot, parent.layer, layer, parts);
      }
    }
    return dot;
  }

  #add(dot: DotGraph, layer: Layer, parts: Map<Layer, DotGraph>): void {
    const expand = this.#options.expand_nested === true;
    const inner = !expand ? null : isFunctional(layer) ? layer : wrappedModel(layer);
    if (inner !== null) {
      const part = this.graph(inner as Model, null);
      dot.clusters.push(part);
      parts.set(layer, part);
    }
    if (inner === layer) return;
    dot.nodes.push({ id: this.#id(layer), label: dotLabel(layer, this.#options) });
  }

  /** Draws an edge between two layers, to the first and from the last layer of a model that is expanded. */
  #connect(dot: DotGraph, from: Layer, to: Layer, parts: ReadonlyMap<Layer, DotGraph>): void {
    const [before, after] = [parts.get(from), parts.get(to)];
    const start = before?.nodes.at(-1)?.id ?? this.#id(from);
    const wrapped = after !== undefined && !isFunctional(to);
    const first = after?.nodes[0]?.id ?? this.#id(to);
    if (!wrapped) link(dot, start, first);
    else {
      link(dot, start, this.#id(to));
      if (before === undefined) link(dot, this.#id(to), first);
    }
  }
}

function link({ edges }: DotGraph, from: number, to: number): void {
  edges.set(`${from} ${to}`, [from, to]);
}

/** The label of a record, as Keras writes it. */
function dotLabel(layer: Layer, options: LabelOptions): string {
  const { trainable, name, class_name, activation, dtype, shapes } = layerLabel(layer, options);
  const kind = activation === null ? class_name : `{${class_name}|${activation}}`;
  const cells = [name, kind, dtype].filter((cell) => cell !== null).join('|');
  const escaped = (text: string): string => text.replaceAll(/[{}]/g, '\\$&');
  const [input, output] = shapes ?? ['', ''];
  const label =
    shapes === null
      ? cells
      : `{${cells}}|{input:|output:}|{{${escaped(input)}}|{${escaped(output)}}}`;
  return trainable === null ? label : `${trainable}|${label}`;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;

function body({ nodes, edges, clusters }: DotGraph, indent: string): string[] {
  return [
    ...clusters.map((part) => cluster(part, indent)),
    ...nodes.map(({ id, label }) => `${indent}${id} [label=${quoted(label)}];`),
    ...[...edges.values()].map(([from, to]) => `${indent}${from} -> ${to};`),
  ];
}

function cluster(graph: DotGraph, indent: string): string {
  const inner = `${indent}  `;
  const head = ['style=dashed;', `label=${quoted(graph.name)};`, 'labeljust=l;'];
  const lines = [...head.map((line) => inner + line), ...body(graph, inner)];
  return `${indent}subgraph ${quoted(`cluster_${graph.name}`)} {\n${lines.join('\n')}\n${indent}}`;
}
