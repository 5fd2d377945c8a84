import { memoryStore } from '@km/core';
import { callbacks, layers, Sequential } from '@km/keras';
import { decodeProto } from '@km/proto';
import { Event } from '@km/proto/event';
import * as tf from '@tensorflow/tfjs-core';
import {
  type Args,
  type Observation,
  type Pair,
  type Refused,
  refused,
  type Subject,
  unnoted,
} from '../../packages/layers/test/arguments/subject.ts';

const acts = (a: unknown, b: unknown, given: Args = {}): Pair =>
  unnoted(a, b, 'callbacks have no config', given);

/** Trains three epochs of four batches with a callback that writes into a store. */
async function train(
  make: (place: (path: string) => object) => callbacks.Callback,
): Promise<Observation> {
  const store = memoryStore();
  const names: string[] = [];
  const written = { ...store, ...noting(store.write, names) };
  const model = new Sequential({
    layers: [new layers.Dense({ units: 1, kernel_initializer: 'ones', input_shape: [1] })],
  });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = tf.tensor2d([1, 2, 3, 4], [4, 1]);
  await model.fit(x, x, {
    epochs: 3,
    batch_size: 1,
    verbose: 0,
    shuffle: false,
    callbacks: make((path) => ({ store: written, path })),
  });
  const events = [...store.objects]
    .filter(([key]) => key.includes('tfevents'))
    .flatMap(([key, bytes]) => tagsOf(bytes).map((tag) => `${folderOf(key)} ${tag}`));
  const kept = [...store.objects.keys()].filter((key) => !key.includes('tfevents'));
  return new Map([
    ['written', names.filter((name) => !name.includes('tfevents')).join(' ')],
    ['kept', kept.sort().join(' ')],
    ['events', events.sort().join(' ')],
  ]);
}

/** A store's function to write that notes the names. */
function noting<W extends (key: string, ...rest: never[]) => unknown>(
  write: W,
  names: string[],
): { write: W } {
  const noted = (key: string, ...rest: never[]): unknown => {
    names.push(key);
    return write(key, ...rest);
  };
  return { write: noted as W };
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/'));

/** Names and steps of the results in a file of events, without numbers that are times. */
function tagsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const { step, summary } = decodeProto(Event, bytes.subarray(at + 12, at + 12 + length));
    for (const { tag } of summary?.value ?? []) tags.push(`${tag}@${String(step)}`);
    at += length + 16;
  }
  return tags;
}

const SILENT: Refused = refused(
  true,
  /is not supported/,
  'scalars, histograms and the graph are written',
);

/** Callbacks of `@km/keras` that write files. */
export const FILE_CALLBACKS: readonly Subject[] = [
  {
    className: 'BackupAndRestore',
    base: { backup_dir: 'backup' },
    arguments: {
      backup_dir: acts('backup', 'other'),
      save_freq: acts('epoch', 3),
      delete_checkpoint: acts(true, false),
      save_before_preemption: refused(
        true,
        /save_before_preemption/,
        'no cluster tells of preemptions',
      ),
    },
    observe: ({ backup_dir, ...rest }) =>
      train(
        (place) =>
          new callbacks.BackupAndRestore({
            ...rest,
            backup_dir: place(String(backup_dir)) as never,
          }),
      ),
  },
  {
    className: 'TensorBoard',
    base: { log_dir: 'logs' },
    arguments: {
      log_dir: acts('logs', 'other'),
      histogram_freq: acts(0, 2),
      write_graph: acts(true, false),
      write_images: SILENT,
      write_steps_per_second: acts(false, true),
      update_freq: acts('epoch', 2),
      profile_batch: { ...SILENT, refused: 2 },
      embeddings_freq: { ...SILENT, refused: 1 },
      embeddings_metadata: { ...SILENT, refused: 'names.tsv' },
    },
    observe: ({ log_dir, ...rest }) =>
      train(
        (place) => new callbacks.TensorBoard({ ...rest, log_dir: place(String(log_dir)) as never }),
      ),
  },
];
