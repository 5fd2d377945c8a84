import { isKmError, MalformedError } from '@km/core';
import { isJsonObject, type JsonValue, upgradeModelConfig } from '@km/keras-config';
import {
  type CustomObjects,
  get_registered_object,
  Layer,
  type LayerConfig,
  layers,
  type Registrable,
  Variable,
} from '@km/layers';
import type { SavedNode } from '@km/savedmodel';
import { addWeight, findAdded } from '../load/added-weights.ts';
import { fromFile } from '../load/file-error.ts';
import type { ReportBuilder } from '../load/load-report.ts';
import { activityPenalty } from './activity-penalty.ts';
import { buildLayer, buildParts } from './build-layer.ts';
import { inputSpec } from './input-spec.ts';
import { KERAS_EDGES } from './keras-edges.ts';
import { layerEntries } from './layer-entries.ts';
import { listedOnly } from './listed-variables.ts';
import { buildShape, type ObjectMetadata, withPlainShapes } from './metadata.ts';
import { noteOrigin } from './origin.ts';
import {
  defineProperty,
  RevivedLayer,
  type RevivedNetwork,
  revivedLayer,
  revivedNetwork,
} from './revived-layer.ts';
import { sameNames } from './same-names.ts';
import { addSavedLosses } from './saved-losses.ts';
import { savedMetric } from './saved-metric.ts';
import type { SavedObjects } from './saved-objects.ts';

/** What layers are revived from. */
export interface ReviverSources {
  readonly objects: SavedObjects;
  /** What Keras noted, by the index of the object. */
  readonly metadata: ReadonlyMap<number, ObjectMetadata>;
  readonly custom_objects: CustomObjects;
  readonly report: ReportBuilder;
}

const GRAPH_CLASSES: ReadonlySet<string> = new Set(['Sequential', 'Functional', 'Model']);

/** Makes the layers of a SavedModel as Keras loads them: by their class where it is known, else by their functions. */
export class Reviver {
  readonly #sources: ReviverSources;
  readonly #layers: Map<number, Layer> = new Map();
  readonly #parts: Map<number, object | undefined> = new Map();
  readonly #open: Set<number> = new Set();

  constructor(sources: ReviverSources) {
    this.#sources = sources;
  }

  /** The layer of an object. @throws MalformedError for one that Keras noted nothing of, or that contains itself. */
  layer(id: number): Layer {
    const known = this.#layers.get(id);
    if (known !== undefined) return known;
    const { objects, metadata } = this.#sources;
    const noted = metadata.get(id);
    const node = objects.graph.nodes[id];
    if (noted === undefined || node === undefined || this.#open.has(id) || this.#open.size > 100) {
      throw new MalformedError(`Object ${id} of the SavedModel is no layer that can be made.`);
    }
    this.#open.add(id);
    const layer =
      this.#network(node, noted) ?? this.#fromConfig(node, noted) ?? this.#revived(node, noted);
    this.#layers.set(id, layer);
    this.#open.delete(id);
    return layer;
  }

  /** Notes where all that was made stands in the file. */
  noteOrigins(): void {
    const { objects, metadata } = this.#sources;
    for (const [id, item] of [...this.#layers, ...this.#parts, ...objects.variables]) {
      if (item !== undefined) noteOrigin(item, id, objects, metadata);
    }
  }

  /** A functional or sequential model, whose layers are made first. */
  #network(node: SavedNode, noted: ObjectMetadata): Layer | undefined {
    const { config, class_name, json, identifier } = noted;
    const { custom_objects, metadata } = this.#sources;
    if (config === null || !Array.isArray(config.layers)) return undefined;
    if (get_registered_object(class_name, custom_objects) !== undefined) return undefined;
    if (json.is_graph_network !== true && !GRAPH_CLASSES.has(class_name)) return undefined;
    const made = new Map<string, Registrable>();
    const entries = layerEntries(node, config.layers, metadata).map(([entry, id]) =>
      this.#entry(entry, id, made),
    );
    const known = identifier === '_tf_keras_sequential' ? 'Sequential' : 'Functional';
    try {
      const model = this.#deserialize(known, { ...config, layers: entries }, made);
      this.#finish(node, noted, model);
      return model;
    } catch (error) {
      if (!isRefusal(error) || this.#sources.objects.call(node) === null) throw error;
      this.#sources.report.notes.push(
        `The layers of ${noted.name} do not fit together without their classes, so that it works as a whole by its saved function: ${error.message}`,
      );
      return undefined;
    }
  }

  /** An entry of a config, or one that stands for a layer that comes another way. */
  #entry(entry: JsonValue, id: number | undefined, made: Map<string, Registrable>): JsonValue {
    if (id === undefined || !isJsonObject(entry) || !isJsonObject(entry.config)) return entry;
    const layer = this.layer(id);
    const stand_in = `revived object ${id}`;
    made.set(stand_in, { from_config: () => layer } as unknown as Registrable);
    return { ...entry, class_name: stand_in, config: { name: layer.name } };
  }

  #deserialize(
    class_name: string,
    config: JsonValue,
    made: ReadonlyMap<string, Registrable>,
  ): Layer {
    const { custom_objects } = this.#sources;
    const given =
      custom_objects instanceof Map ? custom_objects : Object.entries(custom_objects ?? {});
    return layers.deserialize(
      upgradeModelConfig({ class_name, config: withPlainShapes(config) }),
      new Map<string, Registrable>([...(given as Iterable<[string, Registrable]>), ...made]),
    );
  }

  #fromConfig(node: SavedNode, noted: ObjectMetadata): Layer | undefined {
    const { class_name, config, json } = noted;
    if (config === null) return undefined;
    try {
      const layer = this.#deserialize(class_name, config, new Map());
      this.#finish(node, noted, layer);
      return layer;
    } catch (error) {
      if (json.must_restore_from_config === true) throw error;
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** Builds a layer of a known class, and lets functions use its variables. */
  #finish(node: SavedNode, { json }: ObjectMetadata, layer: Layer): void {
    const shape =
      buildShape(json.build_input_shape) ?? this.#sources.objects.tracedShape(node) ?? null;
    if (typeof json.trainable === 'boolean' && !json.trainable) layer.trainable = false;
    if (!layer.built && shape !== null) buildLayer(layer, shape);
    this.#tie(node.id, layer);
    if (buildParts(node.id, layer, this.#sources)) this.#tie(node.id, layer);
    this.#addParts(node, layer);
    for (const added of findAdded(this.#sources.objects.graph, node.id, layer)) {
      const { variables } = this.#sources.objects;
      const stored = variables.get(added.node);
      if (stored !== undefined)
        variables.set(added.node, addWeight(added, stored.record(), stored));
    }
  }

  /** Gives a layer the layers inside that only its first call makes, as they are in the file. */
  #addParts({ id, children }: SavedNode, layer: Layer): void {
    const { objects, metadata } = this.#sources;
    const met = sameNames(objects.graph, id, layer);
    for (const { name, node } of children) {
      const isNew =
        !KERAS_EDGES.has(name) && !met.has(node) && !/^layer(_with_weights)?-\d+$/.test(name);
      if (isNew && isLayer(metadata.get(node))) defineProperty(layer, name, this.layer(node));
    }
  }

  /** Lets functions use the variables of an object of the program, which take the values of the file. */
  #tie(id: number, item: object): void {
    const { graph, variables, hasValues } = this.#sources.objects;
    for (const [index, live] of sameNames(graph, id, item)) {
      if (live instanceof Layer && !this.#layers.has(index)) this.#layers.set(index, live);
      if (!(live instanceof Variable)) continue;
      const stored = variables.get(index);
      if (stored !== undefined && stored !== live) {
        if (hasValues) live.assign(stored.record());
        live.name = stored.name;
      }
      variables.set(index, live);
    }
  }

  #revived(node: SavedNode, noted: ObjectMetadata): Layer {
    const { class_name, name, config, json, identifier } = noted;
    const { objects } = this.#sources;
    const options: LayerConfig = {
      name,
      trainable: json.trainable !== false,
      ...(json.dtype === undefined ? {} : { dtype: json.dtype as never }),
      activity_regularizer: activityPenalty(node, json.activity_regularizer, this.#sources),
    };
    const revival = { class_name, config, call: objects.call(node) };
    const layer = fromFile(`metadata of ${name}`, undefined, () =>
      /_tf_keras_(model|network|sequential)/.test(identifier)
        ? revivedNetwork(options, revival)
        : revivedLayer(options, revival),
    );
    this.#layers.set(node.id, layer);
    layer.stateful = json.stateful === true;
    layer._call_spec = objects.callSpec(node);
    if (layer instanceof RevivedLayer) layer.input_spec = inputSpec(json.input_spec);
    layer._build_input_shape = buildShape(json.build_input_shape);
    this.#attachParts(node, layer);
    const api = objects.child(node, 'keras_api');
    this.#restoreMetrics(objects.child(api, 'layer_metrics'), layer);
    addSavedLosses(layer, objects.child(api, 'layer_regularization_losses'), objects);
    return layer;
  }

  /** Metrics that the calls of a layer update; those that hang on the layer have been made with its parts. */
  #restoreMetrics(list: SavedNode | undefined, layer: RevivedLayer | RevivedNetwork): void {
    for (const { name, node: id } of list?.children ?? []) {
      if (this.#parts.has(id) || this.#sources.metadata.get(id)?.class_name !== 'Mean') continue;
      layer._make_metric(name);
      const metric = layer.metrics.find((made) => made.name === name);
      if (metric === undefined) continue;
      this.#tie(id, metric);
      this.#parts.set(id, metric);
    }
  }

  #attachParts(node: SavedNode, layer: RevivedLayer | RevivedNetwork): void {
    for (const { name, node: child } of node.children) {
      if (KERAS_EDGES.has(name)) continue;
      const part = this.#part(child);
      if (part !== undefined) layer._attach(name, part);
    }
    for (const [name, variable] of listedOnly(node, layer, this.#sources)) {
      layer._attach(name, variable);
    }
  }

  /** A part of a layer: a variable, a layer, a metric, or a list or dictionary of these. */
  #part(id: number): object | undefined {
    const { objects, metadata } = this.#sources;
    const variable = objects.variables.get(id);
    if (variable !== undefined) return variable;
    if (this.#parts.has(id)) return this.#parts.get(id);
    const node = objects.graph.nodes[id];
    if (node?.value.kind !== 'userObject') return undefined;
    const noted = metadata.get(id);
    if (noted?.identifier === '_tf_keras_metric') return this.#metric(id, noted);
    return noted === undefined ? this.#container(node, node.value.identifier) : this.layer(id);
  }

  #container(node: SavedNode, identifier: string): object | undefined {
    if (/optimizer/i.test(identifier)) return undefined;
    const isList = /^trackable_(list|tuple)_wrapper$/.test(identifier);
    const container: object = isList ? [] : Object.create(null);
    this.#parts.set(node.id, container);
    // Dictionaries give their weights in the order of their keys.
    const children = isList ? node.children : [...node.children].sort(byName);
    for (const { name, node: child } of children) {
      const value = this.#part(child);
      if (value === undefined) continue;
      Object.defineProperty(container, name, { value, enumerable: true, configurable: true });
    }
    return container;
  }

  #metric(id: number, noted: ObjectMetadata): object | undefined {
    const metric = savedMetric(noted, this.#sources);
    this.#parts.set(id, metric);
    if (metric !== undefined) this.#tie(id, metric);
    return metric;
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function isLayer(noted: ObjectMetadata | undefined): boolean {
  return noted !== undefined && noted.identifier !== '_tf_keras_metric';
}

/** True for the errors by which a class refuses a config, or a layer its inputs. */
function isRefusal(error: unknown): error is Error {
  return isKmError(error) || error instanceof TypeError;
}
