import {
  activations,
  constraints,
  initializers,
  losses,
  type Model,
  metrics,
  models,
  optimizers,
  regularizers,
  utils,
} from '@km/keras';
import { builtin_layers } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import { absentName } from './parity-absent.ts';
import { data, numbers, type ParityCase, type ParityReply } from './parity-base.ts';

const MODULES = {
  activations,
  constraints,
  initializers,
  losses,
  metrics,
  optimizers,
  regularizers,
};

type Named = { readonly className?: string; readonly name: string };

const nameOf = ({ className, name }: Named): string => className ?? name;

/** The name of what a name finds in the configs of a kind, or of its class. */
function found(kind: string, name: string): string {
  const module = MODULES[kind as keyof typeof MODULES];
  try {
    const thing: unknown = module.get(name as never);
    // Bundles rename functions.
    if (typeof thing === 'function') return String(module.serialize(thing as never));
    return nameOf((thing as object).constructor as unknown as Named);
  } catch {
    return 'unknown';
  }
}

/** The name of a class that a module has under a name. */
function classOf(kind: string, name: string): string {
  if (kind === 'layers') {
    const layer = builtin_layers().get(name);
    return layer === undefined ? 'unknown' : nameOf(layer as unknown as Named);
  }
  const own: unknown = Reflect.get(MODULES[kind as keyof typeof MODULES], name);
  return typeof own === 'function' ? nameOf(own as unknown as Named) : found(kind, name);
}

interface DotPart {
  readonly label: string | null;
  readonly parts: DotPart[];
  readonly nodes: string[];
  readonly edges: string[][];
}

const emptyPart = (): DotPart => ({ label: null, parts: [], nodes: [], edges: [] });

/** Reads the text of a graph, with labels instead of numbers. */
function described(text: string): DotPart {
  const names = new Map<string, string>();
  const top = emptyPart();
  const open = [top];
  const readers: readonly (readonly [RegExp, (part: DotPart, a: string, b: string) => void])[] = [
    [/^\s*(\d+) \[label="(.*)"\];$/, ({ nodes }, id, label) => void nodes.push(named(id, label))],
    [/^\s*(\d+) -> (\d+);$/, ({ edges }, a, b) => void edges.push([named(a), named(b)])],
    [/^\s*(label)="(.*)";$/, (part, _, label) => Object.assign(part, { label })],
    [
      /^\s*subgraph (.*)( ){$/,
      ({ parts }) => open.push(parts[parts.push(emptyPart()) - 1] as DotPart),
    ],
    [/^\s*(})()$/, () => open.pop()],
  ];
  function named(id: string, label = names.get(id) ?? id): string {
    names.set(id, label);
    return label;
  }
  for (const line of text.split('\n').slice(1)) {
    for (const [pattern, read] of readers) {
      const [match, a = '', b = ''] = pattern.exec(line) ?? [];
      if (match !== undefined) read(open.at(-1) ?? top, a, b);
    }
  }
  return top;
}

type Flags = readonly (readonly [name: string, trainable: boolean])[];

async function modelOf([, text, flags]: readonly [string, string, Flags]): Promise<Model> {
  const model = await models.model_from_json(text);
  for (const [name, trainable] of flags) {
    const layer = model.get_layer(name);
    if (layer.trainable !== trainable) layer.trainable = trainable;
  }
  return model;
}

/** Answers with what a model of the lines says. */
function ofModels(say: (model: Model, options: Record<string, unknown>) => unknown): ParityReply {
  return async (log, theirs) => {
    let model: Model | null = null;
    for (const [label, value] of theirs) {
      if (label === 'model') {
        const known = value as [string, string, Flags];
        model = await modelOf(known).catch((error: unknown) => {
          log.add(`no model ${known[0]}`, String(error));
          return null;
        });
        log.add(label, value);
      } else if (model !== null) {
        const [options] = value as [Record<string, unknown>];
        log.add(label, [options, said(() => say(model as Model, options))]);
      }
    }
  };
}

/** Answers with what names find; names that are absent on purpose are passed over. */
function ofNames(find: (kind: string, name: string) => string): ParityReply {
  return (log, theirs) => {
    for (const [label, value] of theirs) {
      const [kind = '', name = ''] = label.split(' ');
      const absent = absentName(`${kind}.${name}`) ?? absentName(`${kind}.${String(value)}`);
      log.add(label, absent === undefined ? find(kind, name) : value);
    }
  };
}

function said(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return `fails: ${String(error)}`;
  }
}

function summary(model: Model, options: Record<string, unknown>): string {
  const lines: string[] = [];
  model.summary({ ...options, print_fn: (line) => void lines.push(line) });
  return lines.join('\n');
}

/** Answers to Python, by name. */
export const REPLIES: Readonly<Record<string, ParityReply>> = {
  names_in_configs: ofNames(found),
  classes_in_configs: ofNames(classOf),
  summaries: ofModels(summary),
  drawings: ofModels((model, options) => described(utils.model_to_dot(model, options))),
};

const SEQUENCES = [[1, 2, 3], [4], [], [5, 6, 7, 8, 9]];

const range = (start: number, end: number): tf.Tensor1D => tf.range(start, end, 1, 'float32');

type Batches = Awaited<ReturnType<typeof utils.timeseries_dataset_from_array>>;

const read = (batches: Batches): unknown[] => [...batches];

/** Helpers, by name. */
export const HELPERS: Readonly<Record<string, ParityCase>> = {
  async helpers(log) {
    const { X, Y, WEIGHTS } = data();
    const post = { maxlen: 3, padding: 'post', truncating: 'post', value: 7 } as const;
    const floats = { dtype: 'float32', value: 0.5 } as const;
    for (const options of [{}, { maxlen: 3 }, post, floats]) {
      log.add('pad_sequences', utils.pad_sequences(SEQUENCES, options));
    }
    const pairs = [
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6]],
    ];
    const after = { padding: 'post', value: -1 } as const;
    log.add('pad_sequences of pairs', utils.pad_sequences(pairs, after));
    await log.error('pad_sequences, sizes', () => utils.pad_sequences([[[1, 2]], [[1, 2, 3]]]));
    log.add('to_categorical', await utils.to_categorical([0, 2, 1], 4));
    log.add('to_ordinal', await utils.to_ordinal([0, 2, 1], 4));
    log.add('to_ordinal, columns', await utils.to_ordinal([[0], [3]]));
    const infinite = Number.POSITIVE_INFINITY;
    const norms = [
      [-1, 2],
      [0, 1],
      [1, 3],
      [-1, infinite],
      [-1, -infinite],
      [-1, 0],
    ] as const;
    for (const [axis, order] of norms) log.add('normalize', await utils.normalize(X, axis, order));
    for (const given of [X, [X], [X, Y], [X, Y, WEIGHTS]]) {
      const parts = utils.unpack_x_y_sample_weight(given);
      const shapes = parts.map((part) => (part === null ? null : (part as tf.Tensor).shape));
      log.add('unpack_x_y_sample_weight', shapes);
    }
    await log.error('unpack_x_y_sample_weight of four', () =>
      utils.unpack_x_y_sample_weight([1, 2, 3, 4]),
    );
    const packed = [
      utils.pack_x_y_sample_weight(X),
      utils.pack_x_y_sample_weight(X, Y),
      utils.pack_x_y_sample_weight(X, Y, WEIGHTS),
    ];
    const lengths = packed.map((each) => (Array.isArray(each) ? each.length : 12));
    log.add('pack_x_y_sample_weight', lengths);
    const table = [['a', 'b', 'c'], ['c', 'z', 'a'], numbers([3, 2]), 'ones'] as const;
    log.add('warmstart_embedding_matrix', utils.warmstart_embedding_matrix(...table));
  },
  async series(log) {
    const [series, targets] = [range(0, 20), range(100, 120)];
    const make = utils.timeseries_dataset_from_array;
    const strides = { sequence_stride: 3, sampling_rate: 2 };
    const bounds = { start_index: 4, end_index: 15 };
    for (const options of [{}, strides, bounds, { batch_size: null }, { batch_size: 4 }]) {
      const label = 'batch_size' in options && !options.batch_size ? 'single windows' : 'windows';
      log.add(label, read(await make(series, targets, 5, options)));
    }
    log.add('without targets', read(await make(data().X, null, 3, { batch_size: 4 })));
    const few = read(await make(series, tf.slice(targets, 0, 4), 3)) as tf.Tensor[][];
    log.add(
      'few targets',
      few.map((parts) => parts[1]),
    );
    const random = { shuffle: true, seed: 1, batch_size: 3 };
    log.add('shuffled', read(await make(series, null, 3, random)).length);
    const wrong = [
      { sequence_stride: 0 },
      { sampling_rate: 20 },
      { start_index: 20 },
      { end_index: 20 },
      { start_index: 5, end_index: 5 },
    ];
    for (const options of wrong) {
      await log.error('refused', () => make(series, targets, 5, options));
    }
  },
  async parts(log) {
    const { X, Y } = data();
    const sizes = [
      { left_size: 0.75 },
      { right_size: 5 },
      { left_size: 3, right_size: 4 },
      { left_size: 0.5, shuffle: true, seed: 7 },
    ];
    for (const options of sizes) {
      const parts = (await utils.split_dataset([X, Y], options)) as [tf.Tensor[], tf.Tensor[]];
      const lists = parts.map((part) => part.map((tensor) => tensor.arraySync() as unknown[]));
      const rows = lists.map(([x = [], y = []]) => x.map((row, k) => [row, y[k]]));
      log.add('parts', rows);
    }
    const wrong = [
      {},
      { left_size: 12 },
      { left_size: 0 },
      { left_size: 0.8, right_size: 0.4 },
      { left_size: 8, right_size: 8 },
    ];
    for (const options of wrong) await log.error('refused', () => utils.split_dataset(X, options));
  },
};
