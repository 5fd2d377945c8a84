/** What a version of TensorFlow does otherwise than 2.15, which is followed here. */
export interface VersionDifference {
  /** Beginnings of the numbers of versions. */
  readonly versions: readonly string[];
  readonly case: string;
  /** Labels of the lines that differ; absent when nothing of the case can be compared. */
  readonly lines?: RegExp;
  readonly reason: string;
}

const V2_4 = ['2.4.'];
const V2_10 = ['2.10.'];
const OLD = [...V2_4, ...V2_10];
const NEW = ['2.19.', '2.21.'];

const FIRST_RESET = '2.4 resets metrics after a batch and not before it';

const DIFFERENCES: readonly VersionDifference[] = [
  ...['class_weights_of_one_hot_labels', 'one_loss_for_all', 'freezing_without_compiling'].map(
    (name) => ({ versions: V2_4, case: name, lines: /^on batch$/, reason: FIRST_RESET }),
  ),
  {
    versions: V2_4,
    case: 'on_batches',
    lines: /^(kept|by name|tested, kept)$/,
    reason: FIRST_RESET,
  },
  { versions: OLD, case: 'masks', reason: 'losses are divided by masked steps, too' },
  {
    versions: V2_10,
    case: 'embeddings_by_rows',
    lines: /^rmsprop, current: (history|weights)$/,
    reason: 'the RMSprop that was new in 2.10 divides by √v + ε',
  },
  { versions: V2_4, case: 'averages_of_weights', reason: '2.4 has the older optimizers only' },
  {
    versions: V2_4,
    case: 'own_steps',
    lines: /^on batch$/,
    reason: '2.4 gives the number alone where a step of its own gives one',
  },
  {
    versions: V2_4,
    case: 'own_loss_and_metrics',
    reason: '2.4 has neither compute_loss nor compute_metrics',
  },
  {
    versions: V2_4,
    case: 'own_train_function',
    reason: 'make_train_function has no argument in 2.4',
  },
  {
    versions: V2_4,
    case: 'early_stopping',
    lines: /: best and wait$|^restore[^:]*: text$/,
    reason: 'best_epoch is newer than 2.4',
  },
  {
    versions: OLD,
    case: 'early_stopping',
    lines: /^(no patience|baseline|baseline never|restore at once): /,
    reason: 'a training may stop after its first epoch, and waits are counted from another epoch',
  },
  {
    versions: NEW,
    case: 'early_stopping',
    lines: /^restore[^:]*: /,
    reason: 'weights are restored at the end of every training, also one that was not stopped',
  },
  {
    versions: V2_4,
    case: 'plateaus',
    lines: /^min_lr, text$/,
    reason: '2.4 says again that it reduces a rate to its least',
  },
  {
    versions: V2_4,
    case: 'scheduled_rates',
    lines: /^text/,
    reason: '2.4 says reducing for setting',
  },
  { versions: V2_4, case: 'progress', reason: '2.4 shows no times per epoch and step' },
  {
    versions: V2_4,
    case: 'checkpoints',
    lines: /^(best|best by name|highest|accuracy|from a threshold|batches[^:]*|best of batches): /,
    reason: 'ModelCheckpoint of 2.4 gets no results that other callbacks set, and no {batch}',
  },
  {
    versions: V2_4,
    case: 'checkpoints_of_steps_at_once',
    reason: 'names of files have no {batch} in 2.4',
  },
  {
    versions: OLD,
    case: 'checkpoints_in_other_formats',
    lines: /^options of an archive$/,
    reason: 'there are no archives yet',
  },
  {
    versions: OLD,
    case: 'csv',
    reason: 'there are no columns for a validation that the first epoch lacks',
  },
  {
    versions: V2_10,
    case: 'backups_within_epochs',
    lines: /^two at once: |^every (0|False)$/,
    reason: 'notes the last of the steps that are taken at once, and does not look at save_freq',
  },
  {
    versions: V2_4,
    case: 'boards',
    reason: '2.4 profiles the second batch, writes no rates of schedules and no evaluations',
  },
  {
    versions: V2_10,
    case: 'boards',
    lines: /batches/,
    reason: '2.10 writes no results of batches',
  },
  {
    versions: OLD,
    case: 'parts',
    reason: '2.4 has no split_dataset; that of 2.10 fails for arrays of several shapes',
  },
  {
    versions: V2_4,
    case: 'names_in_configs',
    lines: /^metrics cosine_(proximity|similarity)$/,
    reason: 'the older name of the same function',
  },
  {
    versions: V2_10,
    case: 'names_in_configs',
    lines: /^activations log_softmax$/,
    reason: '2.10 tells the name of the TensorFlow function',
  },
  {
    versions: OLD,
    case: 'classes_in_configs',
    lines:
      /^layers (Base\w+|CombinerPreprocessingLayer|Conv|ConvRNN2D|(Global)?Pooling[123]D|SeparableConv|_CuDNNRNN|_Merge)$|^optimizers Optimizer$/,
    reason: 'bases of classes, which no file names',
  },
  {
    versions: V2_4,
    case: 'classes_in_configs',
    lines: /^layers (ConvLSTM2DCell|PeepholeLSTMCell|_RNNCellWrapperV2)$/,
    reason: 'cells that 2.15 does not have either',
  },
  { versions: OLD, case: 'summaries', reason: 'columns have other widths, and sizes are missing' },
  { versions: V2_4, case: 'drawings', reason: 'nodes have other labels in 2.4' },
  {
    versions: V2_10,
    case: 'drawings',
    lines: /^drawing of activations within$/,
    reason: 'activations of nested layers are not shown',
  },
];

/** What is known to differ in a case. */
export function differencesOf(version: string, name: string): VersionDifference[] {
  return DIFFERENCES.filter(
    (each) => each.case === name && each.versions.some((start) => version.startsWith(start)),
  );
}
