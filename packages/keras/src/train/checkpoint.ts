import {
  directoryOf,
  layoutObjects,
  readCheckpoint,
  writeCheckpoint,
  writeState,
} from '@km/checkpoint';
import type { ReadOptions, Tensor, WriteOptions } from '@km/core';
import {
  Module,
  type TrackableView,
  trackable_children,
  trackable_view,
  Variable,
} from '@km/layers';
import { ReportBuilder } from '../load/load-report.ts';
import { tableTensors, withCounts } from '../object-graph/saved-tables.ts';
import { type CheckpointPath, withSuffix, writablePlace } from '../paths/checkpoint-path.ts';
import { placeOf } from '../paths/platform.ts';
import { prepare } from '../prepare.ts';
import { type LoadStatus, NothingStatus } from './load-status.ts';
import { restoreObjects } from './restore.ts';

/** An object that can stand in a checkpoint: a variable, a layer, a model, an optimizer, a metric, or lists and plain objects of these. */
export type Trackable =
  | Variable
  | Module
  | readonly unknown[]
  | { readonly [name: string]: unknown };

/** Objects of a checkpoint by name; null is left out. */
export type Trackables = Readonly<Record<string, Trackable | null>>;

const OWN_NAMES = ['save', 'write', 'restore', 'read', 'save_counter'];

/** Saves and restores a group of objects; `Checkpoint` is its public face. */
class ObjectCheckpoint extends Module {
  readonly #root: object | null;

  constructor(first: object, second: Trackables = {}) {
    super();
    const isGroup = Object.getPrototypeOf(first) === Object.prototype;
    this.#root = isGroup ? null : first;
    const objects = isGroup ? (first as Trackables) : second;
    const held = new Map(isGroup ? [] : trackable_children(first));
    // TensorFlow takes the objects in the order of their names.
    for (const name of Object.keys(objects).sort()) {
      if (OWN_NAMES.includes(name)) {
        throw new TypeError(
          `'${name}' is a name of Checkpoint's own: give the object another one.`,
        );
      }
      const child = held.get(name);
      if (child !== undefined && child !== objects[name]) {
        throw new TypeError(
          `The root has a part '${name}' already: give the object beside it another name.`,
        );
      }
      Reflect.set(this, name, objects[name]);
    }
  }

  /** Number of the last save, an int64 scalar; made when it is first needed. */
  get save_counter(): Variable {
    const value = new Variable(
      { dtype: 'int64', shape: [], data: new BigInt64Array(1) },
      { name: 'save_counter', trainable: false },
    );
    // From now on a property, which stands in the checkpoint as those of the caller do.
    Object.defineProperty(this, 'save_counter', { value, enumerable: true });
    return value;
  }

  /**
   * Counts up `save_counter`, writes `PREFIX-NUMBER` and names it as the newest in the state file of its directory.
   * Resolves to that path.
   */
  async save<Path extends CheckpointPath>(
    file_prefix: Path,
    options?: WriteOptions,
  ): Promise<Path> {
    const counter = this.save_counter.assign_add(1);
    const path = withSuffix(file_prefix, `-${String(counter.values()[0])}`);
    await this.write(path, options);
    const { store, path: key } = writablePlace(path);
    const name = key.slice(key.lastIndexOf('/') + 1);
    const state = { latest: name, all: [name], timestamps: [] };
    await writeState({ store, path: directoryOf(key) }, state, options);
    return path;
  }

  /** Writes the objects under a prefix, without numbering and without a state file. Resolves to the prefix. */
  async write<Path extends CheckpointPath>(
    file_prefix: Path,
    options?: WriteOptions,
  ): Promise<Path> {
    const view = withCounts(this.#view());
    const layout = layoutObjects<object>(this.#top, view);
    const tensors = layout.values.flatMap(({ item, key }): (readonly [string, Tensor])[] => {
      const variable = view.variable(item);
      return variable === undefined ? tableTensors(item, key) : [[key, variable.record()]];
    });
    const target = writablePlace(file_prefix);
    await writeCheckpoint(target, tensors, { ...options, objectGraph: layout.graph });
    return file_prefix;
  }

  /**
   * Restores the objects from a checkpoint that `save` wrote, `save_counter` included. Values of objects that are not
   * built yet wait for that. `null`, as `latest_checkpoint` gives it where there is none, restores nothing.
   * @throws NotFoundError when there is no such checkpoint; MalformedError when a shape differs.
   */
  async restore(save_path: CheckpointPath | null, options?: ReadOptions): Promise<LoadStatus> {
    if (save_path === null) return new NothingStatus();
    this.#makeCounter();
    return this.read(save_path, options);
  }

  /** Restores the objects from a checkpoint that `write` wrote, as `restore` does but without `save_counter`. */
  async read(save_path: CheckpointPath, options: ReadOptions = {}): Promise<LoadStatus> {
    await prepare();
    const { store, path, shown } = placeOf(save_path);
    const checkpoint = await readCheckpoint({ store, path }, options);
    const objects = { root: this.#top, view: this.#view(), shown };
    return restoreObjects(objects, checkpoint, new ReportBuilder(), options);
  }

  #makeCounter(): Variable {
    return this.save_counter;
  }

  get #top(): object {
    return this.#root ?? this;
  }

  /** A root keeps its own edges and gets those of this object. */
  #view(): TrackableView {
    const view = trackable_view();
    const root = this.#root;
    if (root === null) return view;
    return {
      ...view,
      children: (item) =>
        item === root
          ? [...view.children(root), ['root', root], ...view.children(this)]
          : view.children(item),
    };
  }
}

/** Saves and restores a group of objects under their names, in files that TensorFlow reads and writes as well. */
export type Checkpoint<Objects extends object = object> = ObjectCheckpoint & Objects;

/** How a `Checkpoint` is made: of objects by name, of one object alone, or of both. */
export interface CheckpointClass {
  new <Objects extends Trackables>(objects: Objects): Checkpoint<Objects>;
  new (root: Module | Variable): Checkpoint;
  new <Objects extends Trackables>(root: Module | Variable, objects: Objects): Checkpoint<Objects>;
}

/** Makes checkpoints; objects given by name become properties of the same names. */
export const Checkpoint: CheckpointClass = ObjectCheckpoint as unknown as CheckpointClass;
