import { metrics } from '../../src/index.ts';
import { make, printed, printedTensors, subject } from './other-subject.ts';
import { samplesOf } from './samples.ts';
import { type Args, inert, noted, type Pair, pair, type Subject } from './subject.ts';

type Pairs = Readonly<Record<string, Pair>>;

const name = pair('first', 'second');
const from_logits = pair(false, true);
const label_smoothing = pair(0, 0.2);
const axis = pair(-1, 1);
const DTYPE = 'states of every floating dtype are computed in float32';

function metric(
  className: string,
  kindOf: string | ((args: Args) => string),
  own: Pairs = {},
  base: Args = {},
): Subject {
  const pairs = { name, dtype: noted('float32', 'float64', DTYPE), ...own };
  return subject(className, base, pairs, (args, seen) => {
    const made = make(metrics, className, args) as metrics.Metric;
    const kind = typeof kindOf === 'string' ? kindOf : kindOf(args);
    const [labels, predictions] = samplesOf(kind);
    const single = kind === 'numbers' && /^(Mean|Sum|MeanTensor)$/.test(className);
    made.update_state(labels, single ? null : predictions);
    seen.set('result', printedTensors(made.result()));
    seen.set('state', made.variables.map((v) => `[${v.shape}] ${printed(v.values())}`).join('; '));
    return made;
  });
}

const COUNTS: Pairs = { thresholds: pair(null, [0.05]) };
const RATES: Pairs = { ...COUNTS, top_k: pair(null, 1), class_id: pair(null, 1) };
const at = (argument: string, a: number, b: number): [Pairs, Args] => [
  {
    [argument]: pair(a, b),
    num_thresholds: pair(200, 3),
    class_id: pair(null, 1),
  },
  { [argument]: a },
];
const IOU: Pairs = {
  num_classes: pair(3, 4),
  ignore_class: pair(null, 1),
};

/** The kind of samples that the coding of labels and predictions asks for. */
const coded = ({ sparse_y_true = true, sparse_y_pred = true }: Args): string => {
  if (sparse_y_true === true) return sparse_y_pred === true ? 'classes' : 'sparse';
  return sparse_y_pred === true ? 'one-hot labels' : 'square';
};
const CODING = 'the same classes in another coding, which fails unless it is heeded';
const CODED: Pairs = {
  sparse_y_true: noted(true, false, CODING),
  sparse_y_pred: noted(true, false, CODING),
  axis: pair(-1, 0, { sparse_y_true: false, sparse_y_pred: false }),
};
const oneHot = ({ sparse_y_pred = false }: Args): string =>
  sparse_y_pred === true ? 'one-hot labels' : 'square';
const ONE_HOT: Pairs = { sparse_y_pred: pair(false, true), axis: pair(-1, 0) };

/** Metrics. */
export const METRICS: readonly Subject[] = [
  ...['Mean', 'Sum', 'MeanTensor'].map((className) => metric(className, 'numbers')),
  metric('MeanTensor', 'numbers', {
    shape: inert(null, [6], 'Keras notes it in no config; values have that shape anyway'),
  }),
  ...[
    'CategoricalAccuracy',
    'CategoricalHinge',
    'Hinge',
    'KLDivergence',
    'LogCoshError',
    'MeanAbsoluteError',
    'MeanAbsolutePercentageError',
    'MeanSquaredError',
    'MeanSquaredLogarithmicError',
    'Poisson',
    'RootMeanSquaredError',
    'SquaredHinge',
  ].map((className) => metric(className, 'rows')),
  metric('Accuracy', 'classes'),
  metric('SparseCategoricalAccuracy', 'sparse'),
  metric(
    'MeanRelativeError',
    'numbers',
    { normalizer: pair([1, 2, 3, 1, 2, 3], [2, 2, 3, 1, 2, 3]) },
    {
      normalizer: [1, 2, 3, 1, 2, 3],
    },
  ),
  metric('TopKCategoricalAccuracy', 'rows', { k: pair(1, 2) }),
  metric('SparseTopKCategoricalAccuracy', 'sparse', { k: pair(1, 2) }),
  metric('BinaryAccuracy', 'binary', { threshold: pair(0.5, 0.35) }),
  metric('CosineSimilarity', 'cube', { axis }),
  metric('BinaryCrossentropy', 'cube', { from_logits, label_smoothing }),
  metric('CategoricalCrossentropy', 'cube', { from_logits, label_smoothing, axis }),
  metric('SparseCategoricalCrossentropy', 'grid', {
    from_logits,
    ignore_class: pair(null, 1),
    axis: noted(-1, 2, 'the same axis by another number'),
  }),
  ...['FalseNegatives', 'FalsePositives', 'TrueNegatives', 'TruePositives'].map((className) =>
    metric(className, 'binary', COUNTS),
  ),
  metric('Precision', 'rows', RATES),
  metric('Recall', 'rows', RATES),
  metric('PrecisionAtRecall', 'rows', ...at('recall', 0.3, 0.9)),
  metric('RecallAtPrecision', 'rows', ...at('precision', 0.3, 0.9)),
  metric('SensitivityAtSpecificity', 'rows', ...at('specificity', 0.3, 0.9)),
  metric('SpecificityAtSensitivity', 'rows', ...at('sensitivity', 0.3, 0.9)),
  metric('AUC', 'rows', {
    num_thresholds: pair(200, 3),
    curve: pair('ROC', 'PR'),
    summation_method: pair('interpolation', 'majoring'),
    thresholds: pair([0.5], [0.3]),
    multi_label: pair(false, true),
    num_labels: noted(null, 3, 'predictions have that many labels anyway', { multi_label: true }),
    label_weights: pair([1, 1, 1], [1, 2, 3], { multi_label: true }),
    from_logits,
  }),
  metric(
    'IoU',
    coded,
    { ...IOU, ...CODED, target_class_ids: pair([0], [0, 1]) },
    {
      num_classes: 3,
      target_class_ids: [0, 2],
    },
  ),
  metric('MeanIoU', coded, { ...IOU, ...CODED }, { num_classes: 3 }),
  metric(
    'OneHotIoU',
    oneHot,
    { ...IOU, ...ONE_HOT, target_class_ids: pair([0], [0, 1]) },
    {
      num_classes: 3,
      target_class_ids: [0, 2],
    },
  ),
  metric('OneHotMeanIoU', oneHot, { ...IOU, ...ONE_HOT }, { num_classes: 3 }),
  metric('BinaryIoU', 'binary', {
    target_class_ids: pair([0, 1], [1]),
    threshold: pair(0.5, 0.35),
  }),
  metric('F1Score', 'rows', { average: pair(null, 'macro'), threshold: pair(null, 0.15) }),
  metric('FBetaScore', 'rows', {
    average: pair(null, 'macro'),
    beta: pair(1, 2),
    threshold: pair(null, 0.15),
  }),
  metric('R2Score', 'rows', {
    class_aggregation: pair('uniform_average', null),
    num_regressors: pair(0, 2),
  }),
];
