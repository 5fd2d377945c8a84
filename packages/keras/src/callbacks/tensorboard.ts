import { UnsupportedError } from '@km/core';
import { callbacks, type Logs, Model, optimizers } from '@km/layers';
import type { Summary } from '@km/proto/event';
import { checkConfig } from '../arguments.ts';
import { type CheckpointPath, inDirectory, writablePlace } from '../paths/checkpoint-path.ts';
import { EventFile } from '../tensorboard/event-file.ts';
import { histogramSummary, modelSummary, scalarSummary } from '../tensorboard/summaries.ts';

/** Arguments of `TensorBoard`. */
export interface TensorBoardConfig {
  /** Directory that TensorBoard watches; the events go into `train` and `validation` below it. */
  readonly log_dir?: CheckpointPath;
  /** Epochs from one histogram of the weights to the next; 0 for none. */
  readonly histogram_freq?: number;
  /** Writes the architecture of the model. */
  readonly write_graph?: boolean;
  readonly write_images?: false;
  readonly write_steps_per_second?: boolean;
  /** `epoch`, or `batch` or a number of batches after which results are written as well. */
  readonly update_freq?: 'epoch' | 'batch' | number;
  readonly profile_batch?: 0;
  readonly embeddings_freq?: 0;
  readonly embeddings_metadata?: null;
}

const ARGUMENTS: Readonly<Record<keyof TensorBoardConfig, true>> = {
  log_dir: true,
  histogram_freq: true,
  write_graph: true,
  write_images: true,
  write_steps_per_second: true,
  update_freq: true,
  profile_batch: true,
  embeddings_freq: true,
  embeddings_metadata: true,
};

type Run = 'train' | 'validation';

/** Files so far: TensorBoard reads those of a run in the order of their names. */
let filesMade = 0;

/** Writes results, and histograms of weights if wanted, for TensorBoard. */
export class TensorBoard extends callbacks.Callback {
  readonly log_dir: CheckpointPath;
  readonly histogram_freq: number;
  readonly write_graph: boolean;
  readonly write_steps_per_second: boolean;
  readonly update_freq: 'epoch' | number;
  readonly #files: Map<Run, EventFile> = new Map();
  /** When the epoch began, in milliseconds, and at which step. */
  #epochStart: { readonly time: number; readonly step: number } = { time: 0, step: 0 };
  #batchStart: number = 0;

  /** @throws UnsupportedError for images, embeddings and profiles. */
  constructor(config: TensorBoardConfig = {}) {
    super();
    checkConfig('TensorBoard', config, ARGUMENTS);
    refuse(config);
    this.log_dir = config.log_dir ?? 'logs';
    this.histogram_freq = config.histogram_freq ?? 0;
    this.write_graph = config.write_graph ?? true;
    this.write_steps_per_second = config.write_steps_per_second ?? false;
    this.update_freq = config.update_freq === 'batch' ? 1 : (config.update_freq ?? 'epoch');
  }

  override set_model(model: NonNullable<callbacks.Callback['model']>): void {
    super.set_model(model);
    this.#files.clear();
    const described: object = model;
    if (this.write_graph && described instanceof Model && described._is_graph_network)
      this.#add('train', 0, [modelSummary('keras', described.to_json())]);
  }

  override on_epoch_begin(_epoch: number, _logs: Logs): void {
    this.#epochStart = { time: performance.now(), step: this.#step };
  }

  override on_train_batch_begin(_batch: number, _logs: Logs): void {
    this.#batchStart = performance.now();
  }

  override async on_train_batch_end(_batch: number, logs: Logs): Promise<void> {
    const step = this.#step;
    if (this.update_freq === 'epoch' || step % this.update_freq !== 0) return;
    const values = scalars('batch_', logs);
    if (this.write_steps_per_second) {
      const rate = 1000 / (performance.now() - this.#batchStart);
      values.unshift(scalarSummary('batch_steps_per_second', rate));
    }
    this.#add('train', step, values);
    if (this.#files.get('train')?.isFull === true) await this.#flush();
  }

  override async on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    const { train, validation } = split(logs);
    const values = scalars('epoch_', { ...train, ...this.#scheduledRate });
    if (this.write_steps_per_second) {
      const { time, step } = this.#epochStart;
      const rate = (this.#step - step) / ((performance.now() - time) / 1000);
      values.push(scalarSummary('epoch_steps_per_second', rate));
    }
    this.#add('train', epoch, values);
    this.#add('validation', epoch, scalars('epoch_', validation));
    if (this.histogram_freq > 0 && epoch % this.histogram_freq === 0) this.#addWeights(epoch);
    await this.#flush();
  }

  override async on_test_end(logs: Logs): Promise<void> {
    const iterations = this.running_model.optimizer?.iterations.values()[0];
    if (iterations === undefined) return;
    const named = Object.entries(logs).map(([name, value]) => [`${name}_vs_iterations`, value]);
    this.#add(
      'validation',
      iterations as number,
      scalars('evaluation_', Object.fromEntries(named)),
    );
    await this.#flush();
  }

  override async on_train_end(_logs: Logs): Promise<void> {
    await this.#flush();
  }

  get #step(): number {
    return this.running_model._train_counter;
  }

  /** The rate that a schedule gives for the number of steps so far; nothing for a rate that is set. */
  get #scheduledRate(): Logs {
    const optimizer = this.running_model.optimizer;
    const schedule =
      optimizer instanceof optimizers.Optimizer
        ? optimizer._learning_rate
        : optimizer?.learning_rate;
    if (!(schedule instanceof optimizers.schedules.LearningRateSchedule)) return {};
    return { learning_rate: schedule.call(optimizer?.iterations.values()[0] as number) };
  }

  #addWeights(epoch: number): void {
    const values = this.running_model.layers.flatMap((layer) =>
      layer.weights
        .filter(({ dtype }) => dtype !== 'string')
        .map((weight) => histogramSummary(`${weight.name}_0/histogram`, weight.values())),
    );
    this.#add('train', epoch, values);
  }

  #add(run: Run, step: number, value: Summary.Value.$Properties[]): void {
    if (value.length > 0) this.#file(run).add({ step: BigInt(step), summary: { value } });
  }

  #file(run: Run): EventFile {
    const known = this.#files.get(run);
    if (known !== undefined) return known;
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    // Two runs that begin in the same second must not write into one file.
    const mark = crypto.randomUUID().slice(0, 8);
    const number = String(filesMade).padStart(6, '0');
    filesMade += 1;
    const name = `events.out.tfevents.${seconds}.km.${number}.${mark}.v2`;
    const { store, path } = writablePlace(inDirectory(inDirectory(this.log_dir, run), name));
    const file = new EventFile(store, path);
    this.#files.set(run, file);
    return file;
  }

  async #flush(): Promise<void> {
    for (const file of this.#files.values()) await file.flush();
  }
}

function refuse(config: TensorBoardConfig): void {
  const { write_images, profile_batch, embeddings_freq, embeddings_metadata } = config;
  const given = { write_images, profile_batch, embeddings_freq, embeddings_metadata };
  for (const [name, value] of Object.entries(given)) {
    if (!value) continue;
    throw new UnsupportedError(
      `TensorBoard: ${name} is not supported: scalars, histograms and the graph are written.`,
    );
  }
}

function split(logs: Logs): { readonly train: Logs; readonly validation: Logs } {
  const entries = Object.entries(logs);
  const train = entries.filter(([name]) => !name.startsWith('val_'));
  const validation = entries.filter(([name]) => name.startsWith('val_'));
  return {
    train: Object.fromEntries(train),
    validation: Object.fromEntries(validation.map(([name, value]) => [name.slice(4), value])),
  };
}

function scalars(prefix: string, logs: Logs): Summary.Value.$Properties[] {
  return Object.entries(logs).flatMap(([name, value]) =>
    typeof value === 'number' ? [scalarSummary(prefix + name, value)] : [],
  );
}
